import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '@rollcall/audit';
import { SignInSettings } from './oidc.adapter.js';
import { SessionService } from './session.service.js';
import { SignInService } from './sign-in.service.js';

/** Signing in with a browser. Needs the global PersistenceModule and RuntimeModule. */
@Module({})
export class SessionsModule {
  static forRoot(settings: SignInSettings): DynamicModule {
    return {
      module: SessionsModule,
      global: true,
      imports: [AuditModule],
      providers: [{ provide: SignInSettings, useValue: settings }, SessionService, SignInService],
      exports: [SessionService, SignInService],
    };
  }
}
