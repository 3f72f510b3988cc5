import type { JsonObject } from '@rollcall/kernel';

/** What the registry's OpenAPI document 2025-12-01 says about server documents (MCP registry project, MIT licence): every validating keyword, without the annotations. */
export const DOCUMENT_DEFINITIONS: JsonObject = {
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
  Package: {
    type: 'object',
    required: ['registryType', 'identifier', 'transport'],
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
        minLength: 1,
        maxLength: 255,
        not: {
          const: 'latest',
        },
      },
      fileSha256: {
        type: 'string',
        pattern: '^[a-f0-9]{64}$',
      },
      runtimeHint: {
        type: 'string',
      },
      transport: {
        $ref: '#/definitions/LocalTransport',
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
      placeholder: {
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
        pattern: '^(https?://[^\\s]+|\\{[a-zA-Z_][a-zA-Z0-9_]*\\}[^\\s]*)$',
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
        pattern: '^(https?://[^\\s]+|\\{[a-zA-Z_][a-zA-Z0-9_]*\\}[^\\s]*)$',
      },
      headers: {
        type: 'array',
        items: {
          $ref: '#/definitions/KeyValueInput',
        },
      },
    },
  },
  LocalTransport: {
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
  RemoteTransport: {
    allOf: [
      {
        anyOf: [
          {
            $ref: '#/definitions/StreamableHttpTransport',
          },
          {
            $ref: '#/definitions/SseTransport',
          },
        ],
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
  Icon: {
    type: 'object',
    required: ['src'],
    properties: {
      src: {
        type: 'string',
        format: 'uri',
        maxLength: 255,
      },
      mimeType: {
        type: 'string',
        enum: ['image/png', 'image/jpeg', 'image/jpg', 'image/svg+xml', 'image/webp'],
      },
      sizes: {
        type: 'array',
        items: {
          type: 'string',
          pattern: '^(\\d+x\\d+|any)$',
        },
      },
      theme: {
        type: 'string',
        enum: ['light', 'dark'],
      },
    },
  },
  ServerDetail: {
    type: 'object',
    required: ['name', 'description', 'version'],
    properties: {
      name: {
        type: 'string',
        minLength: 3,
        maxLength: 200,
        pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$',
      },
      description: {
        type: 'string',
        minLength: 1,
        maxLength: 100,
      },
      title: {
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
      icons: {
        type: 'array',
        items: {
          $ref: '#/definitions/Icon',
        },
      },
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
          $ref: '#/definitions/RemoteTransport',
        },
      },
      _meta: {
        type: 'object',
        properties: {
          'io.modelcontextprotocol.registry/publisher-provided': {
            type: 'object',
            additionalProperties: true,
          },
        },
      },
    },
  },
};
