package io.shardsum.expect.model;

import io.shardsum.expect.recipe.Span;

/**
 * The part of one of the checkpoint's linear modules that a rank holds.
 *
 * @param module the module's name in the checkpoint
 * @param outputs rows of its whole weight
 * @param rows those held
 * @param inputs columns of its whole weight
 * @param columns those held
 */
record LinearPart(String module, long outputs, Span rows, long inputs, Span columns) {}
