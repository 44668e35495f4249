/** What SGLang holds of each model class, by release. */
package io.shardsum.expect.sglang;
