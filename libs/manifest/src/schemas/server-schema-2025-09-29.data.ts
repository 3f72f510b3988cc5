import type { JsonObject } from '@rollcall/kernel';

/** The released `server.json` schema of 2025-09-29 (MCP registry project, MIT licence): every validating keyword, without the annotations. */
export const SERVER_SCHEMA_2025_09_29: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://static.modelcontextprotocol.io/schemas/2025-09-29/server.schema.json',
  $ref: '#/definitions/ServerDetail',
  definitions: {
    Repository: {
      type: 'object',
      required: ['url', 'source'],
      properties: {
        url: {
          type: 'string',
          format: 'uri',
        },
        source: {
          type: 'string',
        },
        id: {
          type: 'string',
        },
        subfolder: {
          type: 'string',
        },
      },
    },
    Server: {
      type: 'object',
      required: ['name', 'description', 'version'],
      properties: {
        name: {
          type: 'string',
          pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$',
          minLength: 3,
          maxLength: 200,
        },
        description: {
          type: 'string',
          minLength: 1,
          maxLength: 100,
        },
        repository: {
          $ref: '#/definitions/Repository',
        },
        version: {
          type: 'string',
          maxLength: 255,
        },
        websiteUrl: {
          type: 'string',
          format: 'uri',
        },
      },
    },
    Package: {
      type: 'object',
      additionalProperties: false,
      required: ['registryType', 'identifier', 'version', 'transport'],
      properties: {
        registryType: {
          type: 'string',
        },
        registryBaseUrl: {
          type: 'string',
          format: 'uri',
        },
        identifier: {
          type: 'string',
        },
        version: {
          type: 'string',
          not: {
            const: 'latest',
          },
          minLength: 1,
        },
        fileSha256: {
          type: 'string',
          pattern: '^[a-f0-9]{64}$',
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
        runtimeArguments: {
          type: 'array',
          items: {
            $ref: '#/definitions/Argument',
          },
        },
        packageArguments: {
          type: 'array',
          items: {
            $ref: '#/definitions/Argument',
          },
        },
        environmentVariables: {
          type: 'array',
          items: {
            $ref: '#/definitions/KeyValueInput',
          },
        },
      },
    },
    Input: {
      type: 'object',
      properties: {
        description: {
          type: 'string',
        },
        isRequired: {
          type: 'boolean',
        },
        format: {
          type: 'string',
          enum: ['string', 'number', 'boolean', 'filepath'],
        },
        value: {
          type: 'string',
        },
        isSecret: {
          type: 'boolean',
        },
        default: {
          type: 'string',
        },
        choices: {
          type: 'array',
          items: {
            type: 'string',
          },
        },
      },
    },
    InputWithVariables: {
      allOf: [
        {
          $ref: '#/definitions/Input',
        },
        {
          type: 'object',
          properties: {
            variables: {
              type: 'object',
              additionalProperties: {
                $ref: '#/definitions/Input',
              },
            },
          },
        },
      ],
    },
    PositionalArgument: {
      allOf: [
        {
          $ref: '#/definitions/InputWithVariables',
        },
        {
          type: 'object',
          required: ['type'],
          properties: {
            type: {
              type: 'string',
              enum: ['positional'],
            },
            valueHint: {
              type: 'string',
            },
            isRepeated: {
              type: 'boolean',
            },
          },
          anyOf: [
            {
              required: ['valueHint'],
            },
            {
              required: ['value'],
            },
          ],
        },
      ],
    },
    NamedArgument: {
      allOf: [
        {
          $ref: '#/definitions/InputWithVariables',
        },
        {
          type: 'object',
          required: ['type', 'name'],
          properties: {
            type: {
              type: 'string',
              enum: ['named'],
            },
            name: {
              type: 'string',
            },
            isRepeated: {
              type: 'boolean',
            },
          },
        },
      ],
    },
    KeyValueInput: {
      allOf: [
        {
          $ref: '#/definitions/InputWithVariables',
        },
        {
          type: 'object',
          required: ['name'],
          properties: {
            name: {
              type: 'string',
            },
          },
        },
      ],
    },
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
    StdioTransport: {
      type: 'object',
      required: ['type'],
      properties: {
        type: {
          type: 'string',
          enum: ['stdio'],
        },
      },
    },
    StreamableHttpTransport: {
      type: 'object',
      required: ['type', 'url'],
      properties: {
        type: {
          type: 'string',
          enum: ['streamable-http'],
        },
        url: {
          type: 'string',
        },
        headers: {
          type: 'array',
          items: {
            $ref: '#/definitions/KeyValueInput',
          },
        },
      },
    },
    SseTransport: {
      type: 'object',
      required: ['type', 'url'],
      properties: {
        type: {
          type: 'string',
          enum: ['sse'],
        },
        url: {
          type: 'string',
          format: 'uri',
        },
        headers: {
          type: 'array',
          items: {
            $ref: '#/definitions/KeyValueInput',
          },
        },
      },
    },
    ServerDetail: {
      allOf: [
        {
          $ref: '#/definitions/Server',
        },
        {
          type: 'object',
          properties: {
            $schema: {
              type: 'string',
              format: 'uri',
            },
            packages: {
              type: 'array',
              items: {
                $ref: '#/definitions/Package',
              },
            },
            remotes: {
              type: 'array',
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
            },
            _meta: {
              type: 'object',
              additionalProperties: true,
              properties: {
                'io.modelcontextprotocol.registry/publisher-provided': {
                  type: 'object',
                  additionalProperties: true,
                },
              },
            },
          },
        },
      ],
    },
  },
};
