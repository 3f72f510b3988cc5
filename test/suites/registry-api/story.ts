import type { Installation } from '../installation.js';

/** What one step leaves for the next: the product, and the address of the catalogue once it is open. */
export type Story = { installation: Installation; catalogue: string };
