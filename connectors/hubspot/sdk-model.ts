/** Builds one of the SDK's model classes; the SDK serialises by class, and a plain object of the same fields would do at run time only. */
export function sdkModel<Model extends object>(
  model: new () => Model,
  fields: { readonly [Name in keyof Model]: Model[Name] },
): Model {
  return Object.assign(new model(), fields)
}
