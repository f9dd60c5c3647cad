/** The version of this Holdfast: site, client and console are released together. */
export const holdfastVersion = '0.1.0';
