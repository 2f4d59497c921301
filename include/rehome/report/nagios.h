// `rehome check --format nagios`: one line and performance data, as the Nagios plugin guidelines
// have it.
#ifndef REHOME_REPORT_NAGIOS_H
#define REHOME_REPORT_NAGIOS_H

#include "rehome/base/strbuf.h"
#include "rehome/policy/finding.h"

// "REHOME CRITICAL - 1 orphaned master (10.0.0.1:7001 lost 42s); ... | orphaned=1;;0;0 ..." and a
// newline. What servers call themselves cannot end the line or begin the data.
void nagios_line(StrBuf *out, const Health *h, const Findings *findings);

// "REHOME UNKNOWN - why" and a newline: nothing could be found out.
void nagios_unknown(StrBuf *out, const char *why);

#endif
