import { z } from 'zod';

const token = z.string().min(8);

const orderSchema = z.object({
  graphqlUrl: z.url(),
  tokens: z.object({ admin: token, owner: token, reviewer: token, ci: token }),
  /** The one of an earlier run; it is kept. */
  agentToken: token.nullable(),
  /** By version. */
  paymentsUrls: z.record(z.string(), z.url()),
  everythingUrl: z.url(),
  memoryLauncher: z.string().min(1),
});

/** What the seed is told on its stdin: tokens belong neither on a command line nor into an environment. */
export type SeedOrder = z.infer<typeof orderSchema>;

/** Reads the order; throws with the names of what is missing, never with a value. */
export function readOrder(text: string): SeedOrder {
  const parsed = orderSchema.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new Error(`the order is incomplete: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`);
  return parsed.data;
}
