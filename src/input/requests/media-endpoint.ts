/** What requests that make or take media are for. Apart, as it is asked of every request. */
import { isObject, JsonFields } from '../usage/json-fields.ts';

export type MediaEndpoint = 'image_generations' | 'image_edits' | 'speech' | 'transcriptions';

/** Fields that no request has but those that make images. */
const OF_IMAGES = ['size', 'quality', 'partial_images', 'background', 'input_fidelity', 'mask'];

/** By the fields that a request has and the model that it names; undefined for all others. */
export function mediaEndpointOf(request: unknown): MediaEndpoint | undefined {
  if (!isObject(request)) return undefined;
  const fields = new JsonFields(request);
  if (fields.has('messages')) return undefined;
  const model = fields.value('model');
  // A stored prompt is an object, and of Responses. Videos have a prompt and a size, too.
  if (fields.has('prompt') && !isObject(fields.value('prompt')) && !fields.has('seconds')) {
    if (fields.has('image') || fields.has('images')) return 'image_edits';
    const isOfImages = OF_IMAGES.some((key) => fields.has(key));
    if (isOfImages || isNamed(model, /image|dall-e/)) return 'image_generations';
  }
  if (fields.has('input') && (fields.has('voice') || isNamed(model, /tts/))) return 'speech';
  return isNamed(model, /whisper|transcribe/) ? 'transcriptions' : undefined;
}

/** Nobody can tune these models, and the name of a tuned one ends as its owner likes. */
export function isNamed(model: unknown, name: RegExp): boolean {
  return typeof model === 'string' && !model.startsWith('ft:') && name.test(model);
}
