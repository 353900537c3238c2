import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const schema = JSON.parse(
  readFileSync(new URL('../src/output/report.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ allErrors: true, strict: false, discriminator: false }).compile(
  schema,
);

/** Whether a document has the published form of a report. */
export function isValidReport(document: unknown): { valid: boolean; errors: string[] } {
  const valid = validate(document);
  return {
    valid,
    errors: (validate.errors ?? []).map(
      ({ instancePath, message }) => `${instancePath} ${message}`,
    ),
  };
}
