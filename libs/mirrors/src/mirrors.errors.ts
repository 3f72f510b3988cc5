import { Refusal } from '@rollcall/kernel';

/** The address cannot be that of a registry. */
export function mirrorUrlInvalid(url: string): Refusal {
  return new Refusal({
    code: 'MIRROR_URL_INVALID',
    message: `"${url.slice(0, 200)}" is not the address of a registry.`,
    nextStep: 'Give the absolute http(s) address of everything before /v0.1, without credentials, query and fragment.',
    path: ['url'],
  });
}

/** Something about the source is out of bounds. */
export function mirrorInvalid(path: string, message: string, nextStep: string): Refusal {
  return new Refusal({ code: 'BAD_REQUEST', message, nextStep, path: [path] });
}

/** Two sources cannot share a name or a place in the order. */
export function mirrorTaken(what: 'name' | 'precedence', value: string): Refusal {
  return new Refusal({
    code: 'MIRROR_TAKEN',
    message: `Another mirror already has the ${what} ${value}.`,
    nextStep: `Choose another ${what}.`,
    path: [what],
  });
}

/** The walk of another registry could not go on: recorded with the source, tried again later. */
export function mirrorFailed(message: string, nextStep: string): Refusal {
  return new Refusal({ code: 'MIRROR_FAILED', message, nextStep });
}

/** A full walk missed so many servers that the other registry is more likely broken than emptied. */
export function mirrorCollapsed(live: number, missing: number): Refusal {
  return new Refusal({
    code: 'MIRROR_COLLAPSED',
    message: `${missing} of ${live} mirrored versions were not in the registry any more; nothing was taken away.`,
    nextStep: 'Look at the other registry. If it is right, run: rollcall mirrors sync NAME --force',
    details: { live, missing },
  });
}
