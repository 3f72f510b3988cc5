import { type DynamicModule, Module } from '@nestjs/common';

/** How the outside reaches the console and the gateway; null: not configured. */
export type PublicAddresses = { console: string | null; gateway: string | null };

/** Nest token of {@link PublicAddresses}. */
export const PUBLIC_ADDRESSES = Symbol('PUBLIC_ADDRESSES');

/** Gives every module the same {@link PublicAddresses}. */
@Module({})
export class PublicAddressesModule {
  static forRoot(addresses: PublicAddresses): DynamicModule {
    const provider = { provide: PUBLIC_ADDRESSES, useValue: addresses };
    return { module: PublicAddressesModule, global: true, providers: [provider], exports: [PUBLIC_ADDRESSES] };
  }
}
