/** How the outside reaches the console and the gateway; null: not configured. */
export type PublicAddresses = { console: string | null; gateway: string | null };

/** Nest token of {@link PublicAddresses}. */
export const PUBLIC_ADDRESSES = Symbol('PUBLIC_ADDRESSES');
