import { Refusal } from '@rollcall/kernel';

export function secretsKeyUnreadable(file: string): Refusal {
  return new Refusal({
    code: 'SECRETS_KEY_UNREADABLE',
    message: `${file} does not hold a key of 32 bytes in base64.`,
    nextStep: 'Restore it from the backup of the data directory; without it, webhook secrets have to be made anew.',
  });
}

export function secretUnreadable(): Refusal {
  return new Refusal({
    code: 'SECRET_UNREADABLE',
    message: 'A stored secret cannot be opened with the key of this installation.',
    nextStep: 'Give api and worker the same ROLLCALL_SECRETS_KEY_FILE, or rotate the secret and set the address again.',
  });
}

export function webhookInvalid(path: string, message: string, nextStep: string): Refusal {
  return new Refusal({ code: 'WEBHOOK_INVALID', message, nextStep, path: [path] });
}

export function webhookLimit(limit: number): Refusal {
  return new Refusal({
    code: 'WEBHOOK_LIMIT',
    message: `There are ${limit} webhooks already, and that is as many as one organization can have.`,
    nextStep: 'Delete one that is no longer needed.',
  });
}

export function webhookDisabled(reason: string): Refusal {
  return new Refusal({
    code: 'WEBHOOK_DISABLED',
    message: `The webhook is disabled: ${reason}`,
    nextStep: 'Enable it first: rollcall webhooks update ID --enable',
  });
}

export function notSigned(): Refusal {
  return new Refusal({
    code: 'WEBHOOK_NOT_SIGNED',
    message: 'Messages to Slack are not signed, so there is no secret to rotate.',
    nextStep: 'Make a new address in Slack and set it with webhookUpdate.',
  });
}

export function redeliveryInvalid(): Refusal {
  return new Refusal({
    code: 'REDELIVERY_INVALID',
    message: 'Name either one delivery or a webhook whose dead deliveries are meant.',
    nextStep: 'Give exactly one of "delivery" and "deadOf".',
  });
}

export function deliveryPending(): Refusal {
  return new Refusal({
    code: 'DELIVERY_PENDING',
    message: 'This delivery is still being tried.',
    nextStep: 'Wait for its next attempt, or until it is dead.',
  });
}

export function pageInvalid(): Refusal {
  return new Refusal({
    code: 'INVALID_CURSOR',
    message: 'The cursor is not one that this list gave out.',
    nextStep: 'Start again without "after".',
    path: ['after'],
  });
}
