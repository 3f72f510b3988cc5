/** Amounts are integers in the minor unit of the currency: no rounding happens anywhere. */
export type Payment = {
  id: string;
  amount: number;
  currency: string;
  status: 'settled' | 'pending' | 'refunded';
  customer: string;
  createdAt: string;
};

export type Refund = { id: string; paymentId: string; amount: number; currency: string; reason: string | null };

const SAMPLE: readonly Payment[] = [
  {
    id: 'pay_1001',
    amount: 4_990,
    currency: 'EUR',
    status: 'settled',
    customer: 'Ada Byron',
    createdAt: '2026-10-02T09:15:00Z',
  },
  {
    id: 'pay_1002',
    amount: 12_000,
    currency: 'USD',
    status: 'settled',
    customer: 'Alan Mathison',
    createdAt: '2026-10-05T14:02:00Z',
  },
  {
    id: 'pay_1003',
    amount: 750,
    currency: 'EUR',
    status: 'pending',
    customer: 'Grace Murray',
    createdAt: '2026-10-11T08:40:00Z',
  },
  {
    id: 'pay_1004',
    amount: 98_000,
    currency: 'GBP',
    status: 'settled',
    customer: 'Edsger Wybe',
    createdAt: '2026-10-19T17:21:00Z',
  },
];

/** What a refund can say no to. */
export type RefundRefusal = 'UNKNOWN_PAYMENT' | 'NOT_SETTLED' | 'EXCEEDS_REMAINDER';

/** An in-memory ledger with the rules a real one has: only settled money goes back, and never more than came in. */
export class PaymentLedger {
  private readonly payments = new Map(SAMPLE.map((payment) => [payment.id, { ...payment }]));
  private readonly refunds = new Map<string, Refund>();

  find(id: string): Payment | null {
    return this.payments.get(id) ?? null;
  }

  findRefund(id: string): Refund | null {
    return this.refunds.get(id) ?? null;
  }

  list(status: string | null): Payment[] {
    return [...this.payments.values()].filter((payment) => status === null || payment.status === status);
  }

  refund(request: { paymentId: string; amount: number; reason: string | null }): Refund | RefundRefusal {
    const payment = this.payments.get(request.paymentId);
    if (payment === undefined) return 'UNKNOWN_PAYMENT';
    if (payment.status === 'pending') return 'NOT_SETTLED';
    const returned = [...this.refunds.values()]
      .filter((refund) => refund.paymentId === payment.id)
      .reduce((sum, refund) => sum + refund.amount, 0);
    if (returned + request.amount > payment.amount) return 'EXCEEDS_REMAINDER';
    const refund = { ...request, id: `ref_${2001 + this.refunds.size}`, currency: payment.currency };
    this.refunds.set(refund.id, refund);
    if (returned + request.amount === payment.amount) payment.status = 'refunded';
    return refund;
  }
}
