/** What a model class holds, declared as a table, and how a table becomes recipes. */
package io.shardsum.expect.table;
