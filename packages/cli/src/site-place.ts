/** Where the configuration of a site is. */

/** Where site.yaml is looked for, and written to. */
export const standardConfig = 'site.yaml';
