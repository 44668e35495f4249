/**
 * How the bytes of an expected tensor are made of those of a checkpoint: cut, joined, cast,
 * dequantized.
 */
package io.shardsum.expect.recipe;
