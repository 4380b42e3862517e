import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'

/** Any Standard Schema: Zod, Valibot, ArkType. The hub writes Zod inside and accepts any of them at its seams. */
export type Schema<I = unknown, O = I> = StandardSchemaV1<I, O>
/** What a schema accepts. */
export type In<S extends StandardSchemaV1> = StandardSchemaV1.InferInput<S>
/** What a schema yields once it has checked its input. */
export type Out<S extends StandardSchemaV1> = StandardSchemaV1.InferOutput<S>
/** A schema that can also describe itself as JSON Schema: help, forms and platform registrations are derived from it. */
export interface ArgsSchema<I = unknown, O = I> {
  readonly '~standard': StandardSchemaV1.Props<I, O> & StandardJSONSchemaV1.Props<I, O>
}
export type Awaitable<T> = T | Promise<T>
/** What JSON can carry: the only thing stored in the ledger. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
