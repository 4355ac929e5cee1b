# Proportions of domains by R survey, for tests/estimation/test_vs_survey.py.
# usage: Rscript make_prevalence_references.R prevalence_input.csv OUTDIR
#   writes OUTDIR/prevalence_expected.csv and OUTDIR/VERSIONS.txt
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(TRUE)
out <- arguments[2]
stopifnot(!is.na(out))
options(survey.lonely.psu = "certainty", survey.adjust.domain.lonely = FALSE)

people <- read.csv(arguments[1])
people$one <- 1
people$everyone <- "all"

# name, design, outcome
cases <- list(
  list("stratified", svydesign(id = ~1, strata = ~stratum, weights = ~weight, data = people), "y"),
  list("stratified", svydesign(id = ~1, strata = ~stratum, weights = ~weight, data = people), "y_rare"),
  list("lonely", svydesign(id = ~1, strata = ~thin, weights = ~weight, data = people), "y_na"),
  list("weighted", svydesign(id = ~1, weights = ~weight, data = people), "y_na"),
  list("equal", svydesign(id = ~1, weights = ~one, data = people), "y_na"))
groupings <- list(everyone = ~everyone, region = ~region, region_sex = ~region + sex, team = ~team)

# limits by one method of svyciprop; no limits where R gives an error
limits <- function(design, outcome, method) {
  answer <- tryCatch(
    suppressWarnings(svyciprop(as.formula(paste0("~", outcome)), design, method = method, df = degf(design))),
    error = function(e) NULL)
  if (is.null(answer)) c(NA, NA) else as.vector(attr(answer, "ci"))
}

# svyby gives estimate, SE and design effect; the answered part of the domain gives df and limits
one_case <- function(name, design, outcome, grouping) {
  formula <- groupings[[grouping]]
  keys <- all.vars(formula)
  table <- as.data.frame(svyby(as.formula(paste0("~", outcome)), formula, design, svymean,
                               na.rm = TRUE, deff = "replace"))
  rows <- lapply(seq_len(nrow(table)), function(i) {
    inside <- Reduce(`&`, lapply(keys, function(key) people[[key]] == table[[key]][i]))
    answered <- inside & !is.na(people[[outcome]])
    domain <- design[answered, ]
    logit <- limits(domain, outcome, "logit"); xlogit <- limits(domain, outcome, "xlogit")
    wald <- limits(domain, outcome, "mean")
    data.frame(
      design = name, outcome = outcome, grouping = grouping,
      region = if ("region" %in% keys) as.character(table$region[i]) else "",
      sex = if ("sex" %in% keys) as.character(table$sex[i]) else "",
      team = if ("team" %in% keys) as.character(table$team[i]) else "",
      n_valid = sum(answered), n_missing = sum(inside & !answered),
      weight_sum = sum(weights(domain, "sampling")),
      estimate = table[[outcome]][i], std_error = table$se[i],
      deff = table[[paste0("DEff.", outcome)]][i], df = degf(domain),
      logit_low = logit[1], logit_high = logit[2], xlogit_low = xlogit[1], xlogit_high = xlogit[2],
      wald_low = wald[1], wald_high = wald[2])
  })
  do.call(rbind, rows)
}

results <- do.call(rbind, lapply(cases, function(case) do.call(rbind, lapply(names(groupings), function(grouping)
  one_case(case[[1]], case[[2]], case[[3]], grouping)))))
numbers <- vapply(results, is.double, logical(1))
results[numbers] <- lapply(results[numbers], function(x) ifelse(is.finite(x), sprintf("%.17g", x), ""))
write.csv(results, file.path(out, "prevalence_expected.csv"), row.names = FALSE, quote = FALSE, na = "")
writeLines(c(R.version.string, paste("survey", packageVersion("survey")), paste("Matrix", packageVersion("Matrix")),
             paste("made on", Sys.Date())), file.path(out, "VERSIONS.txt"))
