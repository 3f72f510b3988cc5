/** Who connects: what an inspection says of itself in `clientInfo`. The version is that of the product. */
export const INSPECTOR = { name: 'rollcall-inspector', version: '0.1.0' } as const;

/** Sent with every HTTP request and every WebSocket upgrade, so that an owner can tell probes from callers. */
export const USER_AGENT = `${INSPECTOR.name}/${INSPECTOR.version}`;
