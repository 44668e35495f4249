/** What a scan is to do, and by which settings: every refusal that needs no file is here. */
package io.shardsum.scan.plan;
