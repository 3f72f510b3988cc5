import { type JsonObject, Refusal } from '@rollcall/kernel';

/** The request has not the members this exchange needs. */
export function exchangeInvalid(message: string): Refusal {
  return new Refusal({
    code: 'INVALID_REQUEST',
    message,
    nextStep: 'Send the JSON body this address is documented with; the stock publisher does.',
  });
}

/** Whoever asks has not shown that the name is theirs. */
export function proofFailed(message: string, nextStep: string, details: JsonObject = {}): Refusal {
  return new Refusal({ code: 'PROOF_FAILED', message, nextStep, details });
}

/** The name is proved, and no team of the organization has claimed it. Only who proved a name learns this. */
export function namespaceUnclaimed(names: readonly string[]): Refusal {
  return new Refusal({
    code: 'NAMESPACE_UNCLAIMED',
    message: `The proof is good, but no team here owns a namespace it covers (${names.join(', ')}).`,
    nextStep: 'Ask a maintainer to prove the namespace for a team, or an administrator to claim it, and sign in again.',
  });
}

/** The account behind a proof was disabled by an administrator. */
export function accountDisabled(handle: string): Refusal {
  return new Refusal({
    code: 'ACCOUNT_DISABLED',
    message: `The account ${handle} is disabled.`,
    nextStep: 'Ask an administrator of the organization.',
  });
}

/** This way of signing in is not offered by this installation. */
export function exchangeNotOffered(what: string, nextStep: string): Refusal {
  return new Refusal({ code: 'NOT_SUPPORTED', message: `This registry does not offer ${what}.`, nextStep });
}

/** The organization publishes only what its packages say is theirs; every problem is in `details.issues`. */
export function packageUnproven(issues: { path: string; message: string }[]): Refusal {
  const first = issues[0];
  return new Refusal({
    code: 'PACKAGE_UNPROVEN',
    message: `The owner of a package is not shown: ${first?.path ?? ''} ${first?.message ?? ''}`.trim(),
    nextStep: 'Correct every package listed in details.issues, or ask an administrator about the policy packageProofs.',
    path: ['manifest', 'packages'],
    details: { issues: issues.map(({ path, message }) => ({ path, message })) },
  });
}

export function namespaceUnprovable(namespace: string): Refusal {
  return new Refusal({
    code: 'NAMESPACE_INVALID',
    message: `"${namespace}" is not the reverse of a domain name, so no domain can prove it.`,
    nextStep: 'Use lower-case labels with at least one dot, for example com.acme.payments for payments.acme.com.',
    path: ['name'],
  });
}

export function namespaceOfAnother(namespace: string): Refusal {
  return new Refusal({
    code: 'NAMESPACE_TAKEN',
    message: `The namespace "${namespace}" already belongs to another team.`,
    nextStep: 'Ask its owner to publish for you, or an administrator.',
    path: ['name'],
  });
}

export function parentOwned(namespace: string, parent: string): Refusal {
  return new Refusal({
    code: 'PARENT_NAMESPACE_OWNED',
    message: `"${namespace}" is below "${parent}", which belongs to another team.`,
    nextStep: `Ask a maintainer of the team that owns ${parent}, or an administrator, to do this.`,
    path: ['name'],
  });
}

export function challengeMissing(namespace: string): Refusal {
  return new Refusal({
    code: 'CHALLENGE_MISSING',
    message: `There is no open challenge of a team of yours for "${namespace}".`,
    nextStep: 'Create one with namespaceChallengeCreate, publish its text and prove within its time.',
    path: ['name'],
  });
}

export function challengeUnmet(where: string, detail: string): Refusal {
  return new Refusal({
    code: 'CHALLENGE_UNMET',
    message: `The challenge was not found at ${where}. ${detail}`.trim(),
    nextStep: 'Publish exactly the text of the challenge there, wait until it is visible, and try again.',
    path: ['method'],
  });
}
