/**
 * Text from outside (names of tensors and engines, paths, messages of other systems), made fit to
 * be shown to a person.
 */
package io.shardsum.text;
