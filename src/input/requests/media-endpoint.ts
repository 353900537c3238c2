/** What requests that make or take media are for. Apart, as it is asked of every request. */
export type MediaEndpoint = 'image_generations' | 'image_edits' | 'speech' | 'transcriptions';

/** Fields that no request has but those that make images. */
const OF_IMAGES = ['size', 'quality', 'partial_images', 'background', 'input_fidelity', 'mask'];

/** By the fields that a request has and the model that it names; undefined for all others. */
export function mediaEndpointOf(
  keys: ReadonlySet<string>,
  model: string | undefined,
): MediaEndpoint | undefined {
  // Videos have a prompt and a size, too.
  if (keys.has('prompt') && !keys.has('seconds')) {
    if (keys.has('image') || keys.has('images')) return 'image_edits';
    const isOfImages = OF_IMAGES.some((key) => keys.has(key));
    if (isOfImages || isNamed(model, /image|dall-e/)) return 'image_generations';
  }
  if (keys.has('input') && (keys.has('voice') || isNamed(model, /tts/))) return 'speech';
  return isNamed(model, /whisper|transcribe/) ? 'transcriptions' : undefined;
}

function isNamed(model: string | undefined, name: RegExp): boolean {
  return model !== undefined && name.test(model);
}
