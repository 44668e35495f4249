/**
 * Text that is shown to a person: what comes from outside (names of tensors and engines, paths,
 * messages of other systems), made fit to be shown, and numbers in words. And records as JSON.
 */
package io.shardsum.text;
