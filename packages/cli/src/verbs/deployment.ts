/** `holdfast deploy` and `holdfast deployment`: a program for a collection. */
import { DeploymentClient, DeploymentDetail, DeploymentSummary, Intent } from '@holdfast/contract';
import { type Command, Option } from 'commander';
import { counts, facts, type Surroundings, table, when } from '../terminal.ts';
import { chooseProgram, findCollection, findDeployment, findPackage } from './find.ts';
import { apiVerb, argument, moment, number, runOverApi, text, withList } from './verb.ts';

function about(deployment: DeploymentSummary): string {
  return facts([
    ['package', `${deployment.packageName} ${deployment.packageVersion}`],
    ['program', deployment.programName],
    ['collection', deployment.collectionName],
    ['id', deployment.id],
    ['intent', `${deployment.intent}, ${deployment.purpose}`],
    ['available', deployment.availableAt === null ? 'at once' : when(deployment.availableAt)],
    ['deadline', deployment.deadlineAt === null ? undefined : when(deployment.deadlineAt)],
    ['withdrawn', deployment.withdrawnAt === null ? undefined : when(deployment.withdrawnAt)],
    ['targeted', deployment.targeted],
    ['states', counts(deployment.states)],
  ]);
}

function deployVerb(program: Command, surroundings: Surroundings): void {
  const deploy = apiVerb(
    program,
    'deploy <package> <collection>',
    'deploy a program of a package to a collection',
    [
      'deploy hello pilot',
      'deploy PuTTY@0.68 "All clients" --program install --deadline +2h',
      'deploy PuTTY pilot --intent uninstall --required',
      'deploy PuTTY pilot --available --dry-run --json',
    ],
  )
    .option('--program <name>', 'which program, where the package has several')
    .addOption(
      new Option('--intent <intent>', 'what is to be')
        .choices(Intent.anyOf.map((one) => one.const))
        .default('install'),
    )
    .addOption(new Option('--required', 'enforced by the client (the default)').conflicts('available'))
    .option('--available', 'offered; installed when the user asks for it')
    .option('--available-at <time>', 'not before: 2026-09-01T18:00 or +2h', moment)
    .option('--deadline <time>', 'enforced from: 2026-09-01T18:00 or +2h', moment)
    .option('--dry-run', 'show what would be, change nothing');
  runOverApi(deploy, surroundings, async (session, values, options) => {
    const detail = await findPackage(session.api, argument(values, 0));
    const collection = await findCollection(session.api, argument(values, 1));
    const chosen = chooseProgram(detail, text(options, 'program'));
    const dryRun = options.dryRun === true;
    const created = await session.api.send(
      DeploymentDetail,
      'POST',
      '/deployments',
      {
        programId: chosen.id,
        collectionId: collection.id,
        intent: text(options, 'intent'),
        purpose: options.available === true ? 'available' : 'required',
        availableAt: typeof options.availableAt === 'number' ? options.availableAt : null,
        deadlineAt: typeof options.deadline === 'number' ? options.deadline : null,
      },
      dryRun ? { dryRun: true } : {},
    );
    session.answer({ ...created, dryRun }, () => about(created));
    if (dryRun) session.note('a dry run: nothing was deployed');
  });
}

export function deploymentVerbs(program: Command, surroundings: Surroundings): void {
  deployVerb(program, surroundings);
  const noun = program.command('deployment').description('programs for collections');

  const list = withList(
    apiVerb(noun, 'list', 'list deployments', ['deployment list', 'deployment list --search putty --json']),
  );
  runOverApi(list, surroundings, async (session, _values, options) => {
    const page = await session.api.list(DeploymentSummary, '/deployments', number(options, 'limit', 100), {
      search: text(options, 'search'),
    });
    session.answer({ items: page.items, total: page.total }, () =>
      table(
        page.items,
        [
          { title: 'ID', value: (row) => row.id, whole: true },
          { title: 'PACKAGE', value: (row) => `${row.packageName} ${row.packageVersion}` },
          { title: 'COLLECTION', value: (row) => row.collectionName },
          { title: 'STATES', value: (row) => (row.withdrawnAt === null ? counts(row.states) : 'withdrawn') },
        ],
        surroundings.columns,
      ),
    );
  });

  const show = withList(
    apiVerb(noun, 'show <deployment>', 'show a deployment (id, or name of its package) and its clients', [
      'deployment show PuTTY',
      'deployment show PuTTY --state failed --json',
    ]).option('--state <state>', 'only clients in this state'),
  );
  runOverApi(show, surroundings, async (session, values, options) => {
    const deployment = await findDeployment(session.api, argument(values, 0));
    const clients = await session.api.list(
      DeploymentClient,
      `/deployments/${deployment.id}/clients`,
      number(options, 'limit', 100),
      { state: text(options, 'state'), search: text(options, 'search') },
    );
    session.answer({ ...deployment, clients: clients.items, clientTotal: clients.total }, () =>
      [
        about(deployment),
        table(
          clients.items,
          [
            { title: 'HOST NAME', value: (row) => row.hostName },
            { title: 'STATE', value: (row) => row.state, whole: true },
            { title: 'SINCE', value: (row) => when(row.at), whole: true },
            { title: 'LAST MESSAGE', value: (row) => row.text },
          ],
          surroundings.columns,
        ),
      ].join('\n\n'),
    );
  });

  const withdraw = apiVerb(
    noun,
    'withdraw <deployment>',
    'withdraw a deployment: clients stop enforcing it',
    ['deployment withdraw PuTTY'],
  );
  runOverApi(withdraw, surroundings, async (session, values) => {
    const deployment = await findDeployment(session.api, argument(values, 0));
    await session.api.change('DELETE', `/deployments/${deployment.id}`);
    session.answer({ id: deployment.id, withdrawn: true }, () =>
      facts([['withdrawn', `${deployment.packageName} from ${deployment.collectionName}`]]),
    );
  });
}
