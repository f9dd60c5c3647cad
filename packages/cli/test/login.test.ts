/** `holdfast login`: with a key, with e-mail and password, and as the first administrator. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { holdfast, startTestSite, type TestSite, temporaryFolder } from './support.ts';

let site: TestSite;
let home: Awaited<ReturnType<typeof temporaryFolder>>;
before(async () => {
  site = await startTestSite();
  home = await temporaryFolder();
});
after(async () => {
  await site.close();
  await home.remove();
});

const password = 'correct horse battery';
const login = (
  words: readonly string[],
  environment: Record<string, string> = { HOLDFAST_PASSWORD: password },
) => holdfast(['login', ...words], { environment: { XDG_CONFIG_HOME: home.path, ...environment } });
const person = ['--email', 'ada@holdfast.example'];

test('the first-run link makes the first administrator and logs in; the verbs then need no key', async () => {
  const link = site.site.firstRunUrl ?? '';
  const done = await login(['--first-run', link, '--name', 'Ada', ...person]);
  assert.equal(done.code, 0, done.error);
  const profile = JSON.parse(await readFile(join(home.path, 'holdfast', 'profile.json'), 'utf8'));
  assert.equal(profile.site, site.site.consoleUrl);
  const listed = await holdfast(['client', 'list', '--json'], {
    environment: { XDG_CONFIG_HOME: home.path },
  });
  assert.equal(listed.code, 0, listed.error);
  const again = await login(['--first-run', link, ...person]);
  assert.equal(again.code, 1);
  assert.match(again.error, /auth\.first-run-used/);
});

test('e-mail and password, also asked for at the terminal, make a key of their own', async () => {
  const done = await login(['--site', site.site.consoleUrl, ...person]);
  assert.equal(done.code, 0, done.error);
  const questions: string[] = [];
  const asked = await holdfast(['login', '--site', site.site.consoleUrl, ...person], {
    environment: { XDG_CONFIG_HOME: home.path },
    askSecret: async (question) => {
      questions.push(question);
      return password;
    },
  });
  assert.equal(asked.code, 0, asked.error);
  assert.deepEqual(questions, ['Password: ']);
});

test('a wrong password, none at all, and a link that is none are coded errors', async () => {
  const wrong = await login(['--site', site.site.consoleUrl, ...person], {
    HOLDFAST_PASSWORD: 'not the password',
  });
  assert.equal(wrong.code, 1);
  assert.match(wrong.error, /auth\./);
  const none = await login(['--site', site.site.consoleUrl, ...person], {});
  assert.match(none.error, /auth\.required/);
  assert.match(
    (await login(['--first-run', `${site.site.consoleUrl}/else`, ...person])).error,
    /command\.invalid/,
  );
  assert.match((await login([])).error, /command\.invalid/);
});
