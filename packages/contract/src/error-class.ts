/** How a failure is to be taken. */
export type ErrorClass =
  /** What is asked is not there yet (KB829810): back to the gate, tried again. */
  | 'not-ready'
  /** Somebody else has it: back to the gate, tried again. */
  | 'busy'
  /** Done only once the machine has started again. */
  | 'reboot-required'
  /** It said no, and will say no again: reported, and the rest goes on. */
  | 'refused'
  /** It went wrong: undone and reported. */
  | 'fatal'
  | 'success';
