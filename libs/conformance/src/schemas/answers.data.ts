import type { JsonObject } from '@rollcall/kernel';

/** What the registry's OpenAPI document 2025-12-01 says about answers (MCP registry project, MIT licence): every validating keyword, without the annotations. */
export const ANSWER_DEFINITIONS: JsonObject = {
  ServerList: {
    type: 'object',
    required: ['servers'],
    properties: {
      servers: {
        type: 'array',
        items: {
          $ref: '#/definitions/ServerResponse',
        },
      },
      metadata: {
        type: 'object',
        properties: {
          nextCursor: {
            type: 'string',
          },
          count: {
            type: 'integer',
          },
        },
      },
    },
  },
  ServerResponse: {
    type: 'object',
    required: ['server'],
    properties: {
      server: {
        $ref: '#/definitions/ServerDetail',
      },
      _meta: {
        type: 'object',
        properties: {
          'io.modelcontextprotocol.registry/official': {
            type: 'object',
            properties: {
              status: {
                type: 'string',
                enum: ['active', 'deprecated', 'deleted'],
              },
              statusMessage: {
                type: 'string',
                maxLength: 500,
              },
              statusChangedAt: {
                type: 'string',
                format: 'date-time',
              },
              publishedAt: {
                type: 'string',
                format: 'date-time',
              },
              updatedAt: {
                type: 'string',
                format: 'date-time',
              },
              isLatest: {
                type: 'boolean',
              },
            },
            additionalProperties: false,
          },
        },
        additionalProperties: true,
      },
    },
  },
  StatusUpdateRequest: {
    type: 'object',
    required: ['status'],
    properties: {
      status: {
        type: 'string',
        enum: ['active', 'deprecated', 'deleted'],
      },
      statusMessage: {
        type: 'string',
        maxLength: 500,
      },
    },
  },
  AllVersionsStatusResponse: {
    type: 'object',
    required: ['updatedCount', 'servers'],
    properties: {
      updatedCount: {
        type: 'integer',
      },
      servers: {
        type: 'array',
        items: {
          $ref: '#/definitions/ServerResponse',
        },
      },
    },
  },
};
