/** The real client for simulated machines: its components are loaded from their files before virtual time begins. */
import { loadComponents, loadEvaluation } from '@holdfast/client';

await loadComponents();
await loadEvaluation();

export { openClient } from '@holdfast/client';
