import type { Type } from '@nestjs/common';

/** Where services come from: a control plane of this library or a Nest application. */
export type World = { get<T>(token: Type<T> | (abstract new (...args: never[]) => T)): T };
