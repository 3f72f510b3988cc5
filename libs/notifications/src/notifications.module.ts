import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { ConsumersReadModel } from './consumers.read-model.prisma.js';
import { DeliveryRecords } from './delivery.records.prisma.js';
import { DeliveryService } from './delivery.service.js';
import { EventRenderer } from './event-renderer.js';
import { EventSubjects } from './event-subjects.read-model.prisma.js';
import { NoticeRecords } from './notice.records.prisma.js';
import { NoticeService } from './notice.service.js';
import { NotificationSettings } from './notification-settings.js';
import { SecretBox } from './secret-box.js';
import { WebhookClient } from './webhook.client.js';
import { WebhookReadModel } from './webhook.read-model.prisma.js';
import { WebhookRecords } from './webhook.records.prisma.js';
import { WebhookService } from './webhook.service.js';

const SERVICES = [ConsumersReadModel, DeliveryService, NoticeService, WebhookService];

/** Webhooks and notices. Needs the global PersistenceModule and RuntimeModule. */
@Module({})
export class NotificationsModule {
  static forRoot(settings: NotificationSettings): DynamicModule {
    return {
      module: NotificationsModule,
      global: true,
      imports: [AccessModule, AuditModule],
      providers: [
        { provide: NotificationSettings, useValue: settings },
        DeliveryRecords,
        EventRenderer,
        EventSubjects,
        NoticeRecords,
        SecretBox,
        WebhookClient,
        WebhookReadModel,
        WebhookRecords,
        ...SERVICES,
      ],
      exports: SERVICES,
    };
  }
}
