/** The server: a site is made, started, and spoken to by its two servers. */
export { createSite, databaseFile, type RunningSite, type SiteOptions, startSite } from './site.ts';
export { type BackupSummary, backupSite, type SitePlace } from './store/backup.ts';
export { restoreSite } from './store/restore.ts';
