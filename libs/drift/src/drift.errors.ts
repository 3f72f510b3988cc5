import { Refusal } from '@rollcall/kernel';

/** Somebody accepts a drift without saying why. */
export function reasonRequired(): Refusal {
  return new Refusal({
    code: 'REASON_REQUIRED',
    message: 'Dismissing a drift needs a reason of 1 to 1000 characters.',
    nextStep: 'Say why what runs may differ from what was approved.',
    path: ['reason'],
  });
}

/** The finding was resolved or dismissed before. */
export function driftEnded(id: string, status: string): Refusal {
  return new Refusal({
    code: 'DRIFT_ENDED',
    message: `The drift finding ${id} is ${status} already.`,
    nextStep: 'Look at the drift that is open now: rollcall drift list.',
  });
}
