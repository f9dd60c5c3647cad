/** The code of an evaluation is needed for a moment a day: it is loaded at the first one; in a simulated world before its time begins. */

export const loadEvaluation = () => import('./evaluate.ts');
