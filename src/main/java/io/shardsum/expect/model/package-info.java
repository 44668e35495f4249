/** A checkpoint, and the parts that model classes are made of: what both engines have in common. */
package io.shardsum.expect.model;
