import type { JsonObject } from '@rollcall/kernel';

/** The versions of the demo server that run side by side. */
export const PAYMENTS_VERSIONS = ['1.0.0', '1.1.0', '2.0.0'] as const;
export type PaymentsVersion = (typeof PAYMENTS_VERSIONS)[number];

/** One tool as data: exactly what `tools/list` shows. */
export type PaymentsTool = {
  name: 'get_payment' | 'list_payments' | 'create_refund' | 'get_refund';
  title: string;
  description: string;
  inputSchema: JsonObject;
  outputSchema: JsonObject;
  annotations: JsonObject;
};

const PAYMENT_ID: JsonObject = { type: 'string', pattern: '^pay_[0-9]+$', description: 'Identifier of the payment.' };
const STATUS: JsonObject = { type: 'string', enum: ['settled', 'pending', 'refunded'] };

const PAYMENT: JsonObject = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    amount: { type: 'integer', description: 'In the minor unit of the currency.' },
    currency: { type: 'string', description: 'ISO 4217 code.' },
    status: STATUS,
    customer: { type: 'string' },
    createdAt: { type: 'string', format: 'date-time' },
  },
  required: ['id', 'amount', 'currency', 'status', 'customer', 'createdAt'],
};

const REFUND: JsonObject = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    paymentId: { type: 'string' },
    amount: { type: 'integer' },
    currency: { type: 'string' },
    reason: { type: ['string', 'null'] },
  },
  required: ['id', 'paymentId', 'amount', 'currency', 'reason'],
};

function input(properties: JsonObject, required: string[]): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false };
}

const READ_ONLY: JsonObject = { readOnlyHint: true, openWorldHint: false };

const GET_PAYMENT: PaymentsTool = {
  name: 'get_payment',
  title: 'Get a payment',
  description: 'Returns one payment by its identifier.',
  inputSchema: input({ id: PAYMENT_ID }, ['id']),
  outputSchema: PAYMENT,
  annotations: READ_ONLY,
};

const LIST_PAYMENTS: PaymentsTool = {
  name: 'list_payments',
  title: 'List payments',
  description: 'Returns the payments of this account, oldest first.',
  inputSchema: input(
    { limit: { type: 'integer', minimum: 1, maximum: 100, description: 'Most payments to return.' } },
    [],
  ),
  outputSchema: {
    type: 'object',
    properties: { payments: { type: 'array', items: PAYMENT } },
    required: ['payments'],
  },
  annotations: READ_ONLY,
};

const REFUND_INPUT: JsonObject = {
  paymentId: PAYMENT_ID,
  amount: { type: 'integer', minimum: 1, description: 'Amount to return, in the minor unit of the currency.' },
};

const CREATE_REFUND: PaymentsTool = {
  name: 'create_refund',
  title: 'Refund a payment',
  description: 'Returns money of a settled payment to the customer. This cannot be undone.',
  inputSchema: input(REFUND_INPUT, ['paymentId', 'amount']),
  outputSchema: REFUND,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
};

const GET_REFUND: PaymentsTool = {
  name: 'get_refund',
  title: 'Get a refund',
  description: 'Returns one refund by its identifier.',
  inputSchema: input({ id: { type: 'string', pattern: '^ref_[0-9]+$', description: 'Identifier of the refund.' } }, [
    'id',
  ]),
  outputSchema: REFUND,
  annotations: READ_ONLY,
};

/** 1.1.0 adds only: an optional filter and a tool. */
const LIST_PAYMENTS_BY_STATUS: PaymentsTool = {
  ...LIST_PAYMENTS,
  inputSchema: input(
    {
      ...(LIST_PAYMENTS.inputSchema['properties'] as JsonObject),
      status: { ...STATUS, description: 'Only payments in this state.' },
    },
    [],
  ),
};

/** 2.0.0 breaks callers on purpose: a refund now needs a reason. */
const CREATE_REFUND_WITH_REASON: PaymentsTool = {
  ...CREATE_REFUND,
  inputSchema: input(
    {
      ...REFUND_INPUT,
      reason: { type: 'string', minLength: 3, description: 'Why the money goes back, for the ledger.' },
    },
    ['paymentId', 'amount', 'reason'],
  ),
};

/** The contract of every version: what a caller of that version may rely on. */
export const PAYMENTS_TOOLS: Record<PaymentsVersion, readonly PaymentsTool[]> = {
  '1.0.0': [GET_PAYMENT, LIST_PAYMENTS, CREATE_REFUND],
  '1.1.0': [GET_PAYMENT, LIST_PAYMENTS_BY_STATUS, CREATE_REFUND, GET_REFUND],
  '2.0.0': [GET_PAYMENT, LIST_PAYMENTS_BY_STATUS, CREATE_REFUND_WITH_REASON, GET_REFUND],
};

/** What every version tells a model about itself. */
export const PAYMENTS_INSTRUCTIONS =
  'Sample payments of a fictional shop. Amounts are integers in the minor unit of the currency.';
