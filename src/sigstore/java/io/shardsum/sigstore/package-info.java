/**
 * What calls sigstore-java: classes that only a class loader with that library and without Spark
 * loads.
 */
package io.shardsum.sigstore;
