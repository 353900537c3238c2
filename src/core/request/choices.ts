/** What may be chosen for requests: apart from what does it, as the command line asks for no more. */

/** `chat`: one message of the user, where the model takes messages. */
export const TEXT_FORMS = ['chat', 'text', 'embedding'] as const;
export type TextForm = (typeof TEXT_FORMS)[number];

/** In the order in which they are looked for: the first that a text has is its style. */
export const TEMPLATE_STYLES = ['mustache', 'dollar', 'brace'] as const;
export type TemplateStyle = (typeof TEMPLATE_STYLES)[number];

/** What else than the model a prompt may be sent with. */
export const VARIANT_AXES = ['detail', 'quality'] as const;
export type VariantAxis = (typeof VARIANT_AXES)[number];
