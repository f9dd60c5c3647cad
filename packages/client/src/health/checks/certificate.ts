/** The client's certificate and its key: there, of each other, valid, renewed in time. */
import { HoldfastError } from '@holdfast/contract';
import type { ClientContext } from '../../context.ts';
import { renewIfDue } from '../../enrolment/enrol.ts';
import { keepIdentity, keptIdentity, ownTls } from '../../enrolment/identity.ts';
import type { Identity } from '../../state.ts';
import { type Check, failed, ok, type Seen } from '../check.ts';

/** Renewal is asked for at a third of the life before the end; with this share left it is overdue. */
const overdueShare = 1 / 4;

export function certificateCheck(context: ClientContext): Check {
  const { ports, journal, folder } = context;

  /** Undefined: its key is there and fits. */
  const keyProblem = async ({ certificate }: Identity): Promise<Seen | undefined> => {
    try {
      const { privateKey = '' } = await ownTls(context);
      if (await ports.identities.fits(certificate, privateKey)) return undefined;
      return failed('the private key is not that of the certificate', 'certificate.required');
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError)) throw thrown;
      return failed(`the private key cannot be read: ${thrown.message}`, thrown.code);
    }
  };

  const look = async (): Promise<Seen> => {
    const { identity } = journal.state;
    if (!identity) return failed('the client is not enrolled', 'certificate.required');
    const problem = await keyProblem(identity);
    if (problem) return problem;
    const left = identity.expiresAt - ports.clock.now();
    const until = new Date(identity.expiresAt).toISOString();
    if (left <= 0) return failed(`it has expired at ${until}`, 'certificate.expired');
    if (left < (identity.expiresAt - identity.issuedAt) * overdueShare) {
      return failed(`its renewal is overdue: it expires at ${until}`, 'certificate.expired');
    }
    const copy = await keptIdentity(folder);
    if (copy?.identity.certificate !== identity.certificate) {
      return failed('the copy for the day on which the journal is lost is missing or old', 'disk.not-found');
    }
    return ok(`valid until ${until}`);
  };

  return {
    check: 'certificate',
    look,
    remedy: async (signal) => {
      const { identity } = journal.state;
      if (!identity || (await keyProblem(identity))) return undefined;
      const renewed = await renewIfDue(context, signal);
      await keepIdentity(context);
      return renewed ? 'it was renewed' : 'the copy was made anew';
    },
  };
}
