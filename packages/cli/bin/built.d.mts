/** Types of built.mjs, for the script that builds and for tests. */
export const builtFolder: string;
export function builtFiles(folder?: string): { readonly main: string; readonly sources: string };
export function isFresh(folder?: string): boolean;
