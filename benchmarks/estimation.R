# Time R survey on the data of estimation.py, which runs this script and reads what it prints.
# usage: Rscript estimation.R FILE.csv stratified|clustered mean|logit
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(TRUE)
people <- read.csv(arguments[1])
seconds <- function(work) {
  start <- proc.time()[[3]]
  force(work)
  proc.time()[[3]] - start
}
design_seconds <- seconds(sample <- if (arguments[2] == "stratified") {
  svydesign(id = ~1, strata = ~stratum, weights = ~weight, data = people)
} else {
  svydesign(id = ~cluster, strata = ~region, weights = ~weight, data = people, nest = TRUE)
})
by <- ~region + age + sex
estimate_seconds <- seconds(table <- if (arguments[3] == "mean") {
  svyby(~y, by, sample, svymean)
} else {
  svyby(~y, by, sample, svyciprop, vartype = c("se", "ci"), method = "xlogit")
})
# svyciprop gives the SE on the logit scale under some names; only that of svymean is compared
error <- if (arguments[3] == "mean") sum(table$se) else NA
cat(sprintf('{"setup": %.6f, "seconds": %.6f, "groups": %d, "estimates": %.17g, "errors": %s}\n', design_seconds,
            estimate_seconds, nrow(table), sum(table$y), if (is.na(error)) "null" else sprintf("%.17g", error)))
