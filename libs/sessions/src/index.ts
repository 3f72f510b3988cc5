export { SignInSettings } from './oidc.adapter.js';
export { isSecret, ownPath, SESSION_IDLE_MS, SESSION_MAX_MS } from './session.js';
export { type NewSession, type SessionOwner, SessionService } from './session.service.js';
export * from './sessions.errors.js';
export { SessionsModule } from './sessions.module.js';
export { SignInService } from './sign-in.service.js';
