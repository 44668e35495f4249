/** What is signed, and how it is verified: directories of models, and the results of scans. */
package io.shardsum.signing;
