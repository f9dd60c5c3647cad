/** Packages from descriptions: apart from the readers, which need no schemas. */
export { type CompiledFile, type CompiledProduct, type CompileOptions, compileProduct } from './compile.ts';
export type { Content, ReadFile, Spool } from './contents.ts';
export { ProductDescription } from './description.ts';
export { readDescription } from './read-description.ts';
