/** Answers questions about one package: what the reading thread does, without the thread. */
import { isHoldfastError } from '@holdfast/contract';
import {
  type ByteSource,
  bytesSink,
  type Database,
  type Evaluation,
  evaluate,
  openDatabase,
  openProduct,
  type Product,
  withProperties,
  writePackage,
} from '@holdfast/msi';
import { describeInstaller } from './describe.ts';
import { filesOf, rowsOf, tablesOf } from './lists.ts';
import { findLoop } from './loop.ts';
import { ordinaryMachine } from './ordinary-machine.ts';
import { targetPaths } from './paths.ts';
import { planInstaller } from './plan.ts';
import type { Answers, InstallerContent, Question } from './questions.ts';

export type OpenedInstaller = {
  readonly content: InstallerContent;
  readonly database: Database;
  /** Joined when it is first asked for: tables can be looked at where they do not fit together. */
  product(): Promise<Product>;
  /** On an ordinary machine; undefined where the package's own conditions and folders cannot be evaluated. */
  evaluation(): Promise<Evaluation | undefined>;
};

async function onOrdinaryMachine(product: Product): Promise<Evaluation | undefined> {
  try {
    return await evaluate(product, ordinaryMachine(product), { properties: { ALLUSERS: '1' } });
  } catch (thrown) {
    if (isHoldfastError(thrown, 'msi.invalid', 'msi.limit')) return undefined;
    throw thrown;
  }
}

/** @throws HoldfastError `msi.invalid`, `msi.limit` */
export async function openInstaller(content: InstallerContent, source: ByteSource): Promise<OpenedInstaller> {
  const database = await openDatabase(source);
  let opening: Promise<Product> | undefined;
  let evaluating: Promise<Evaluation | undefined> | undefined;
  const product = () => {
    opening ??= openProduct(database);
    return opening;
  };
  return {
    content,
    database,
    product,
    evaluation() {
      evaluating ??= product().then(onOrdinaryMachine);
      return evaluating;
    },
  };
}

/**
 * @param open opens another package that a question names
 * @throws HoldfastError `msi.invalid`, `msi.limit`, `not-found`, `request.invalid`
 */
export async function answerQuestion(
  { content, database, product, evaluation }: OpenedInstaller,
  question: Question,
  open: (content: InstallerContent) => Promise<OpenedInstaller>,
): Promise<Answers[Question['about']]> {
  switch (question.about) {
    case 'description':
      return describeInstaller(content, {
        database,
        product: await product(),
        evaluation: await evaluation(),
      });
    case 'files':
      return filesOf(await product(), targetPaths(await product(), await evaluation()), question);
    case 'tables':
      return tablesOf(database);
    case 'rows':
      return rowsOf(database, question.table, question.part);
    case 'loop':
      return { found: await findLoop(question.program, await product(), content.path) };
    case 'configured': {
      const sink = bytesSink();
      await writePackage(await withProperties(database, question.properties), sink);
      return { bytes: sink.bytes() };
    }
    case 'plan':
      return planInstaller({ content, database, product: await product() }, question, async (other) => {
        const found = await open(other);
        return { content: other, database: found.database, product: await found.product() };
      });
  }
}
