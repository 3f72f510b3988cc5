import type { JsonObject } from '@rollcall/kernel';

/** The released `server.json` schema of 2025-10-11 (MCP registry project, MIT licence): every validating keyword, without the annotations. */
export const SERVER_SCHEMA_2025_10_11: JsonObject = {
  $id: 'https://static.modelcontextprotocol.io/schemas/2025-10-11/server.schema.json',
  $ref: '#/definitions/ServerDetail',
  $schema: 'http://json-schema.org/draft-07/schema#',
  definitions: {
    Argument: {
      anyOf: [
        {
          $ref: '#/definitions/PositionalArgument',
        },
        {
          $ref: '#/definitions/NamedArgument',
        },
      ],
    },
    Icon: {
      properties: {
        mimeType: {
          enum: ['image/png', 'image/jpeg', 'image/jpg', 'image/svg+xml', 'image/webp'],
          type: 'string',
        },
        sizes: {
          items: {
            pattern: '^(\\d+x\\d+|any)$',
            type: 'string',
          },
          type: 'array',
        },
        src: {
          format: 'uri',
          maxLength: 255,
          type: 'string',
        },
        theme: {
          enum: ['light', 'dark'],
          type: 'string',
        },
      },
      required: ['src'],
      type: 'object',
    },
    Input: {
      properties: {
        choices: {
          items: {
            type: 'string',
          },
          type: 'array',
        },
        default: {
          type: 'string',
        },
        description: {
          type: 'string',
        },
        format: {
          enum: ['string', 'number', 'boolean', 'filepath'],
          type: 'string',
        },
        isRequired: {
          type: 'boolean',
        },
        isSecret: {
          type: 'boolean',
        },
        placeholder: {
          type: 'string',
        },
        value: {
          type: 'string',
        },
      },
      type: 'object',
    },
    InputWithVariables: {
      allOf: [
        {
          $ref: '#/definitions/Input',
        },
        {
          properties: {
            variables: {
              additionalProperties: {
                $ref: '#/definitions/Input',
              },
              type: 'object',
            },
          },
          type: 'object',
        },
      ],
    },
    KeyValueInput: {
      allOf: [
        {
          $ref: '#/definitions/InputWithVariables',
        },
        {
          properties: {
            name: {
              type: 'string',
            },
          },
          required: ['name'],
          type: 'object',
        },
      ],
    },
    NamedArgument: {
      allOf: [
        {
          $ref: '#/definitions/InputWithVariables',
        },
        {
          properties: {
            isRepeated: {
              type: 'boolean',
            },
            name: {
              type: 'string',
            },
            type: {
              enum: ['named'],
              type: 'string',
            },
          },
          required: ['type', 'name'],
          type: 'object',
        },
      ],
    },
    Package: {
      properties: {
        environmentVariables: {
          items: {
            $ref: '#/definitions/KeyValueInput',
          },
          type: 'array',
        },
        fileSha256: {
          pattern: '^[a-f0-9]{64}$',
          type: 'string',
        },
        identifier: {
          type: 'string',
        },
        packageArguments: {
          items: {
            $ref: '#/definitions/Argument',
          },
          type: 'array',
        },
        registryBaseUrl: {
          format: 'uri',
          type: 'string',
        },
        registryType: {
          type: 'string',
        },
        runtimeArguments: {
          items: {
            $ref: '#/definitions/Argument',
          },
          type: 'array',
        },
        runtimeHint: {
          type: 'string',
        },
        transport: {
          anyOf: [
            {
              $ref: '#/definitions/StdioTransport',
            },
            {
              $ref: '#/definitions/StreamableHttpTransport',
            },
            {
              $ref: '#/definitions/SseTransport',
            },
          ],
        },
        version: {
          minLength: 1,
          not: {
            const: 'latest',
          },
          type: 'string',
        },
      },
      required: ['registryType', 'identifier', 'transport'],
      type: 'object',
    },
    PositionalArgument: {
      allOf: [
        {
          $ref: '#/definitions/InputWithVariables',
        },
        {
          anyOf: [
            {
              required: ['valueHint'],
            },
            {
              required: ['value'],
            },
          ],
          properties: {
            isRepeated: {
              type: 'boolean',
            },
            type: {
              enum: ['positional'],
              type: 'string',
            },
            valueHint: {
              type: 'string',
            },
          },
          required: ['type'],
          type: 'object',
        },
      ],
    },
    Repository: {
      properties: {
        id: {
          type: 'string',
        },
        source: {
          type: 'string',
        },
        subfolder: {
          type: 'string',
        },
        url: {
          format: 'uri',
          type: 'string',
        },
      },
      required: ['url', 'source'],
      type: 'object',
    },
    ServerDetail: {
      properties: {
        $schema: {
          format: 'uri',
          type: 'string',
        },
        _meta: {
          properties: {
            'io.modelcontextprotocol.registry/publisher-provided': {
              additionalProperties: true,
              type: 'object',
            },
          },
          type: 'object',
        },
        description: {
          maxLength: 100,
          minLength: 1,
          type: 'string',
        },
        icons: {
          items: {
            $ref: '#/definitions/Icon',
          },
          type: 'array',
        },
        name: {
          maxLength: 200,
          minLength: 3,
          pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$',
          type: 'string',
        },
        packages: {
          items: {
            $ref: '#/definitions/Package',
          },
          type: 'array',
        },
        remotes: {
          items: {
            anyOf: [
              {
                $ref: '#/definitions/StreamableHttpTransport',
              },
              {
                $ref: '#/definitions/SseTransport',
              },
            ],
          },
          type: 'array',
        },
        repository: {
          $ref: '#/definitions/Repository',
        },
        title: {
          maxLength: 100,
          minLength: 1,
          type: 'string',
        },
        version: {
          maxLength: 255,
          type: 'string',
        },
        websiteUrl: {
          format: 'uri',
          type: 'string',
        },
      },
      required: ['name', 'description', 'version'],
      type: 'object',
    },
    SseTransport: {
      properties: {
        headers: {
          items: {
            $ref: '#/definitions/KeyValueInput',
          },
          type: 'array',
        },
        type: {
          enum: ['sse'],
          type: 'string',
        },
        url: {
          format: 'uri',
          type: 'string',
        },
      },
      required: ['type', 'url'],
      type: 'object',
    },
    StdioTransport: {
      properties: {
        type: {
          enum: ['stdio'],
          type: 'string',
        },
      },
      required: ['type'],
      type: 'object',
    },
    StreamableHttpTransport: {
      properties: {
        headers: {
          items: {
            $ref: '#/definitions/KeyValueInput',
          },
          type: 'array',
        },
        type: {
          enum: ['streamable-http'],
          type: 'string',
        },
        url: {
          type: 'string',
        },
      },
      required: ['type', 'url'],
      type: 'object',
    },
  },
};
