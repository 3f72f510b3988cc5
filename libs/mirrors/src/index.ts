export { FULL_WALK_EVERY_MS, OVERLAP_MS } from './mirror.js';
export { type MirrorInput, MirrorService } from './mirror.service.js';
export { MirrorPolicy, MirrorWalks } from './mirror-walk.runner.js';
export { MirroredVersionRecords } from './mirrored-version.records.prisma.js';
export { MIRROR_REQUESTED } from './mirrors.events.js';
export { MirrorsModule } from './mirrors.module.js';
