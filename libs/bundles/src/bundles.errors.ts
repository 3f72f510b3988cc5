import { type JsonObject, Refusal } from '@rollcall/kernel';

/** The state of the organization cannot be compiled; the old policy stays in force. */
export function policyInvalid(issues: readonly { message: string }[]): Refusal {
  return new Refusal({
    code: 'POLICY_INVALID',
    message: `The policy does not compile: ${issues[0]?.message ?? 'unknown problem'}`,
    nextStep: 'Correct what details.issues names; gateways keep the last good bundle meanwhile.',
    details: { issues: JSON.parse(JSON.stringify(issues)) } as JsonObject,
  });
}

export function keysMissing(dir: string, role: string): Refusal {
  return new Refusal({
    code: 'KEYS_MISSING',
    message: `There is no ${role} key in ${dir}.`,
    nextStep: 'Restore the keys directory from its backup; without the keys no gateway will accept a new bundle.',
  });
}

export function keysUnreadable(file: string): Refusal {
  return new Refusal({
    code: 'KEYS_UNREADABLE',
    message: `The key file ${file} could not be opened.`,
    nextStep: 'Check ROLLCALL_KEYS_PASSPHRASE and that the file is whole.',
  });
}

export function keysForeign(role: string): Refusal {
  return new Refusal({
    code: 'KEYS_FOREIGN',
    message: `The ${role} key does not belong to the organization's newest trust root.`,
    nextStep: 'Point ROLLCALL_KEYS_DIR at the keys this database was set up with.',
  });
}
