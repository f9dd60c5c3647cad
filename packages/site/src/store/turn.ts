/** The end of the current turn of the event loop: what the sockets have brought by then belongs together. */
export const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
