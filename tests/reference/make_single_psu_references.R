# Strata with one sampling unit under every rule of R survey, and merged by hand.
# usage: Rscript make_single_psu_references.R OUTDIR
#   writes OUTDIR/single_psu_input.csv and single_psu_expected.csv
suppressPackageStartupMessages(library(survey))
out <- commandArgs(TRUE)[1]
stopifnot(!is.na(out))
options(survey.adjust.domain.lonely = FALSE)

write_table <- function(table, name) {
  numbers <- vapply(table, is.double, logical(1))
  table[numbers] <- lapply(table[numbers], function(x) ifelse(is.finite(x), sprintf("%.17g", x), ""))
  write.csv(table, file.path(out, name), row.names = FALSE, quote = FALSE, na = "")
  cat(name, nrow(table), "rows\n")
}

# ---- 60 made-up respondents in 19 strata, seven of which have one -----------------------------------------------------
set.seed(20261129)
sizes <- c(1, 6, 1, 5, 1, 4, 3, 1, 7, 1, 5, 1, 4, 3, 1, 4, 4, 4, 4)
stratum <- rep(seq_along(sizes), sizes)
n <- length(stratum)
people <- data.frame(
  stratum = stratum, cluster = unlist(lapply(sizes, function(m) if (m == 1) 1 else rep(1:3, length.out = m))),
  size = sizes[stratum] * 4 + stratum %% 3, weight = round(runif(n, 0.5, 3), 3),
  g = sample(c("a", "b", "c"), n, TRUE), y = rbinom(n, 1, 0.4), score = round(rnorm(n, 5, 2), 2))
write_table(people, "single_psu_input.csv")

# strata with one unit in their order, two by two, the last three together
alone <- which(sizes == 1)
pairs <- seq_along(sizes)
for (i in seq_along(alone)) pairs[alone[i]] <- alone[2 * (min(ceiling(i / 2), length(alone) %/% 2) - 1) + 1]
people$merged <- pairs[people$stratum]
people$merged_cluster <- people$stratum * 10 + people$cluster
totals <- tapply(people$size[!duplicated(people$stratum)], pairs, sum)
people$merged_size <- as.vector(totals[as.character(people$merged)])

rows <- list()
add <- function(...) rows[[length(rows) + 1]] <<- data.frame(..., stringsAsFactors = FALSE)
record <- function(design, rule, made) {
  groups <- c(list(everyone = rep(TRUE, n)), setNames(lapply(c("a", "b", "c"), function(g) people$g == g), c("a", "b", "c")))
  for (group in names(groups)) {
    own <- made[groups[[group]], ]
    for (outcome in c("y", "score")) {
      answer <- svymean(as.formula(paste0("~", outcome)), own)
      add(design = design, rule = rule, outcome = outcome, group = group, estimate = as.vector(coef(answer)),
          std_error = as.vector(SE(answer)), df = degf(own))
    }
    if (group %in% c("everyone", "b")) {
      answer <- svyratio(~score, ~size, own)
      add(design = design, rule = rule, outcome = "ratio", group = group, estimate = as.vector(coef(answer)),
          std_error = as.vector(SE(answer)), df = degf(own))
    }
  }
}
designs <- function(stratum, cluster, size) list(
  rows = svydesign(id = ~1, strata = stratum, weights = ~weight, data = people),
  rows_fpc = svydesign(id = ~1, strata = stratum, weights = ~weight, fpc = size, data = people),
  clusters = svydesign(id = cluster, strata = stratum, weights = ~weight, data = people, nest = TRUE))
for (rule in c("certainty", "remove", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  made <- designs(~stratum, ~cluster, ~size)
  for (name in names(made)) record(name, rule, made[[name]])
}
options(survey.lonely.psu = "fail")
made <- designs(~merged, ~merged_cluster, ~merged_size)
for (name in names(made)) record(name, "collapsed", made[[name]])
write_table(do.call(rbind, rows), "single_psu_expected.csv")
