import { Refusal } from '@rollcall/kernel';

export function gatewayTaken(name: string): Refusal {
  return new Refusal({
    code: 'GATEWAY_EXISTS',
    message: `There is already a gateway "${name}".`,
    nextStep: 'Choose another name.',
    path: ['name'],
  });
}

export function gatewayInvalid(name: string): Refusal {
  return new Refusal({
    code: 'GATEWAY_INVALID',
    message: `"${name}" cannot be a gateway's name.`,
    nextStep: 'Use 1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit.',
    path: ['name'],
  });
}

export function reportMalformed(problems: string): Refusal {
  return new Refusal({
    code: 'BAD_REQUEST',
    message: `The status report is malformed: ${problems.slice(0, 500)}`,
    nextStep: 'Send it in the shape of docs/ARCHITECTURE.md, section "Gateway reports".',
  });
}

/** A gateway that claims to run what was never published is broken or lying: either way somebody must look. */
export function neverPublished(epoch: number, serial: number): Refusal {
  return new Refusal({
    code: 'NEVER_PUBLISHED',
    message: `No bundle with epoch ${epoch} and serial ${serial} was ever published for this environment.`,
    nextStep: 'Check which control plane and environment the gateway is connected to.',
  });
}
