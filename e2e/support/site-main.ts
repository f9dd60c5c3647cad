/** Main of a site process of the suites: prints one line when it is up, ends on SIGTERM. */
import { startTestSite, type TestSiteOptions } from './site.ts';

const { site, apiKey, token } = await startTestSite(JSON.parse(process.argv[2] ?? '{}') as TestSiteOptions);
console.log(
  JSON.stringify({ consoleUrl: site.consoleUrl, managementPointUrl: site.managementPointUrl, apiKey, token }),
);
process.on('SIGTERM', async () => {
  await site.close();
  process.exit(0);
});
