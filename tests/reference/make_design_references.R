# Every estimate of a design, by R survey, on the made-up respondents of make_design_input.py.
# usage: Rscript make_design_references.R INDIR OUTDIR
#   reads INDIR/design_input.csv and design_population.csv, writes the OUTDIR/design_*.csv named in README.md
# Not by R, but computed below from the published formula: `wilson` and `korn_graubard`, which survey 4.1 does not have,
# and `total_se` under "adjust", where survey 4.1 departs from its help.
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(TRUE)
folder <- arguments[1]
out <- arguments[2]
stopifnot(!is.na(out))
plain <- function() options(survey.lonely.psu = "fail", survey.adjust.domain.lonely = FALSE, survey.replicates.mse = FALSE)
plain()

people <- read.csv(file.path(folder, "design_input.csv"), na.strings = "")
population <- read.csv(file.path(folder, "design_population.csv"), na.strings = "")
people$everyone <- "all"
people$one <- 1
people$wave_stratum <- interaction(people$wave, people$stratum, drop = TRUE)
people$all_clusters <- interaction(people$stratum, people$cluster, drop = TRUE)
for (name in c("category", "age_group", "sex", "region")) people[[name]] <- factor(people[[name]])

# rows collected one by one; numbers are written with 17 digits, what is not finite as an empty cell
table_of_rows <- function() {
  rows <- list()
  list(add = function(...) rows[[length(rows) + 1]] <<- data.frame(..., stringsAsFactors = FALSE), all = function() do.call(rbind, rows))
}
write_table <- function(table, name) {
  numbers <- vapply(table, is.double, logical(1))
  table[numbers] <- lapply(table[numbers], function(x) ifelse(is.finite(x), sprintf("%.17g", x), ""))
  write.csv(table, file.path(out, name), row.names = FALSE, quote = FALSE, na = "")
  cat(name, nrow(table), "rows\n")
}
on <- function(name) as.formula(paste0("~", name))

# ---- designs ------------------------------------------------------------------------------------------------------
designs <- function(data) list(
  stratified = svydesign(id = ~1, strata = ~stratum, weights = ~weight, data = data),
  clustered = svydesign(id = ~cluster, strata = ~stratum, weights = ~weight, data = data, nest = TRUE),
  clustered_fpc = svydesign(id = ~cluster, strata = ~stratum, weights = ~weight, fpc = ~fpc, data = data, nest = TRUE),
  clusters_only = svydesign(id = ~all_clusters, weights = ~weight, data = data))
lonely_designs <- function(data) list(
  stratified_lonely = svydesign(id = ~1, strata = ~stratum_lonely, weights = ~weight, data = data),
  clustered_lonely = svydesign(id = ~cluster, strata = ~stratum_lonely, weights = ~weight, data = data, nest = TRUE),
  clustered_lonely_fpc = svydesign(id = ~cluster, strata = ~stratum_lonely, weights = ~weight, fpc = ~fpc_lonely, data = data, nest = TRUE))
full <- designs(people)
waves_apart <- svydesign(id = ~cluster, strata = ~wave_stratum, weights = ~weight, data = people, nest = TRUE)

# ---- domains ------------------------------------------------------------------------------------------------------
keys <- c("wave", "region", "sex", "age_group", "corner")
groupings <- list(everyone = character(0), wave = "wave", region = "region", region_sex = c("region", "sex"),
                  age_group = "age_group", corner = "corner")
# one element per domain: the named columns, and which rows are inside
domains <- function(grouping) {
  by <- groupings[[grouping]]
  if (length(by) == 0) return(list(list(keys = data.frame(row.names = 1), inside = rep(TRUE, nrow(people)))))
  table <- unique(people[by])
  table <- table[complete.cases(table), , drop = FALSE]
  table <- table[do.call(order, lapply(table, as.character)), , drop = FALSE]
  lapply(seq_len(nrow(table)), function(i) list(
    keys = table[i, , drop = FALSE],
    inside = Reduce(`&`, lapply(by, function(k) !is.na(people[[k]]) & people[[k]] == table[[k]][i]))))
}
key_cells <- function(domain) {
  cells <- setNames(as.list(rep("", length(keys))), keys)
  for (k in names(domain$keys)) cells[[k]] <- as.character(domain$keys[[k]])
  as.data.frame(cells, stringsAsFactors = FALSE)
}
# clusters with an answer minus strata with one
answered_df <- function(design) if (nrow(design) == 0) NA else degf(design)

# ---- means, totals, design effects ---------------------------------------------------------------------------------
effect <- function(design, outcome, kind) tryCatch(suppressWarnings(deff(svymean(on(outcome), design, deff = kind))[[1]]), error = function(e) NA)
# Up to version 4.1 survey does not centre the total of a lonely stratum under "adjust"; version 4.5 does, as the help
# says, at the sum of all clusters over their number in the strata that the domain meets. Computed here from that rule.
centred_total_se <- function(design, outcome) {
  first <- !duplicated(design$cluster[[1]])
  u <- rowsum(design$variables[[outcome]] / design$prob, design$cluster[[1]], reorder = FALSE)[, 1]
  stratum <- as.character(design$strata[[1]][first])
  size <- design$fpc$sampsize[first, 1]
  kept <- if (is.null(design$fpc$popsize)) rep(1, sum(first)) else 1 - size / design$fpc$popsize[first, 1]
  centre <- sum(u) / sum(size[!duplicated(stratum)])
  parts <- vapply(unique(stratum), function(h) {
    inside <- stratum == h
    n <- size[inside][1]
    here <- u[inside]
    alone <- n == 1 || (length(here) == 1 && getOption("survey.adjust.domain.lonely"))
    middle <- if (alone) centre else sum(here) / n
    kept[inside][1] * (if (n > 1) n / (n - 1) else 1) * (sum((here - middle)^2) + (n - length(here)) * middle^2)
  }, numeric(1))
  sqrt(sum(parts))
}
estimates <- table_of_rows()
add_estimates <- function(name, design, outcome, grouping, lonely = "", domain_lonely = "") for (domain in domains(grouping)) {
  answered <- domain$inside & !is.na(people[[outcome]])
  part <- design[answered, ]
  some <- any(answered)
  m <- if (some) suppressWarnings(svymean(on(outcome), part))
  t <- if (some) suppressWarnings(svytotal(on(outcome), part))
  estimates$add(design = name, lonely = lonely, domain_lonely = domain_lonely, outcome = outcome, grouping = grouping, key_cells(domain),
    n_valid = sum(answered), n_missing = sum(domain$inside & !answered), weight_sum = sum(people$weight[answered]),
    estimate = if (some) coef(m)[[1]] else NA, std_error = if (some) SE(m)[[1]] else NA, df = answered_df(part),
    deff_wr = if (some) effect(part, outcome, "replace") else NA, deff_wor = if (some) effect(part, outcome, TRUE) else NA,
    total = if (some) coef(t)[[1]] else NA,
    total_se = if (!some) NA else if (lonely == "adjust") centred_total_se(part, outcome) else SE(t)[[1]],
    total_se_uncentred = if (some && lonely == "adjust") SE(t)[[1]] else NA)
  # where nothing is lonely the rule must give R's own answer
  if (some && lonely == "") stopifnot(abs(centred_total_se(part, outcome) - SE(t)[[1]]) < 1e-9)
}
for (name in names(full)) for (outcome in c("y", "y_rare", "score")) for (grouping in names(groupings))
  add_estimates(name, full[[name]], outcome, grouping)
for (lonely in c("certainty", "adjust", "average")) for (domain_lonely in c(FALSE, TRUE)) {
  options(survey.lonely.psu = lonely, survey.adjust.domain.lonely = domain_lonely)
  lone <- lonely_designs(people)
  for (name in names(lone)) for (grouping in c("everyone", "region_sex", "corner"))
    add_estimates(name, lone[[name]], "y", grouping, lonely, tolower(as.character(domain_lonely)))
}
plain()
write_table(estimates$all(), "design_estimates.csv")

# ---- intervals of proportions --------------------------------------------------------------------------------------
by_survey <- function(design, outcome, method) {
  answer <- tryCatch(suppressWarnings(svyciprop(on(outcome), design, method = method, df = degf(design))), error = function(e) NULL)
  if (is.null(answer)) c(NA, NA) else as.vector(attr(answer, "ci"))
}
# Wilson (1927), with the effective sample size for n and the t quantile for z, as survey 4.5 does
wilson <- function(p, v, df) {
  if (p <= 0 || p >= 1 || df <= 0) return(c(NA, NA))
  t2 <- qt(0.975, df)^2
  n <- p * (1 - p) / v
  (p + t2 / (2 * n) + c(-1, 1) * sqrt(t2) * sqrt(p * (1 - p) / n + t2 / (4 * n^2))) / (1 + t2 / n)
}
# Korn and Graubard (1998): Clopper-Pearson limits at the effective sample size corrected for df, at most n;
# at 0 and 1, where there is no effective sample size, at n with the same correction
korn_graubard <- function(p, v, df, n) {
  if (df <= 0 || n < 2) return(c(NA, NA))
  correction <- (qt(0.975, n - 1) / qt(0.975, df))^2
  m <- min(n, if (p > 0 && p < 1) p * (1 - p) / v * correction else n * correction)
  c(if (p > 0) qbeta(0.025, m * p, m * (1 - p) + 1) else 0, if (p < 1) qbeta(0.975, m * p + 1, m * (1 - p)) else 1)
}
intervals <- table_of_rows()
for (name in names(full)) for (outcome in c("y", "y_rare")) for (grouping in names(groupings)) for (domain in domains(grouping)) {
  answered <- domain$inside & !is.na(people[[outcome]])
  if (!any(answered)) next
  part <- full[[name]][answered, ]
  m <- svymean(on(outcome), part)
  p <- mean(people[[outcome]][answered])
  # R's weighted mean of equal answers can be off by rounding
  p <- if (p %in% c(0, 1)) p else coef(m)[[1]]
  df <- degf(part)
  limits <- c(lapply(c(xlogit = "xlogit", logit = "logit", beta = "beta", mean = "mean"), function(method) by_survey(part, outcome, method)),
    list(wilson = suppressWarnings(wilson(p, vcov(m)[[1]], df)), korn_graubard = suppressWarnings(korn_graubard(p, vcov(m)[[1]], df, sum(answered)))))
  wide <- as.data.frame(as.list(unlist(lapply(limits, function(l) c(low = l[1], high = l[2])))))
  names(wide) <- sub("\\.", "_", names(wide))
  intervals$add(design = name, outcome = outcome, grouping = grouping, key_cells(domain), n_valid = sum(answered), df = df, wide)
}
write_table(intervals$all(), "design_intervals.csv")

# ---- ratios ----------------------------------------------------------------------------------------------------------
ratios <- table_of_rows()
for (name in names(full)) for (grouping in names(groupings)) for (domain in domains(grouping)) {
  answered <- domain$inside & !is.na(people$numerator) & !is.na(people$denominator)
  part <- full[[name]][answered, ]
  q <- svyratio(~numerator, ~denominator, part)
  ratios$add(design = name, numerator = "numerator", denominator = "denominator", grouping = grouping, key_cells(domain),
    n_valid = sum(answered), n_missing = sum(domain$inside & !answered), estimate = coef(q)[[1]], std_error = SE(q)[[1]], df = degf(part))
}
write_table(ratios$all(), "design_ratios.csv")

# ---- distributions of a category ---------------------------------------------------------------------------------------
categories <- table_of_rows()
for (name in names(full)) for (grouping in names(groupings)) for (domain in domains(grouping)) {
  answered <- domain$inside & !is.na(people$category)
  if (!any(answered)) next
  part <- full[[name]][answered, ]
  m <- svymean(~category, part)
  t <- svytotal(~category, part)
  for (i in seq_along(coef(m))) categories$add(design = name, outcome = "category", grouping = grouping, key_cells(domain),
    level = levels(people$category)[i], n_valid = sum(answered), estimate = coef(m)[[i]], std_error = SE(m)[[i]],
    total = coef(t)[[i]], total_se = SE(t)[[i]], df = degf(part))
}
write_table(categories$all(), "design_categories.csv")

# ---- covariance of domains, their differences and ratios ---------------------------------------------------------------
covariances <- table_of_rows()
contrasts_ <- table_of_rows()
with_waves_apart <- c(full, list(waves_apart = waves_apart))
add_contrast <- function(name, outcome, grouping, kind, first, second, s)
  contrasts_$add(design = name, outcome = outcome, grouping = grouping, kind = kind, first = first, second = second,
                 estimate = coef(s)[[1]], std_error = sqrt(as.matrix(vcov(s))[1, 1]))
pair <- function(b, i, j) {
  weights <- rep(0, length(coef(b)))
  weights[c(i, j)] <- c(1, -1)
  list(difference = svycontrast(b, list(d = weights)),
       ratio = svycontrast(b, list(r = as.call(list(as.name("/"), as.name(names(coef(b))[i]), as.name(names(coef(b))[j]))))))
}
for (name in names(with_waves_apart)) for (outcome in c("y", "score")) {
  part <- with_waves_apart[[name]][!is.na(people[[outcome]]), ]
  for (grouping in c("wave", "region", "age_group", "sex", "region_sex", "wave_region")) {
    by <- switch(grouping, region_sex = ~region + sex, wave_region = ~wave + region, on(grouping))
    b <- svyby(on(outcome), by, part, svymean, covmat = TRUE)
    v <- vcov(b)
    label <- names(coef(b))
    for (i in seq_along(label)) for (j in i:length(label))
      covariances$add(design = name, outcome = outcome, grouping = grouping, first = label[i], second = label[j], covariance = v[i, j])
    pairs <- if (grouping == "wave_region") lapply(levels(people$region), function(r) match(paste0(c("2022.", "2020."), r), label))
      else lapply(seq_along(label)[-1], function(j) c(1, j))
    for (p in pairs) {
      both <- pair(b, p[1], p[2])
      for (kind in names(both)) add_contrast(name, outcome, grouping, kind, label[p[1]], label[p[2]], both[[kind]])
    }
    # linear trend: slope of least squares over equally spaced groups
    if (grouping == "age_group") {
      x <- seq_along(label) - mean(seq_along(label))
      add_contrast(name, outcome, grouping, "slope", label[1], label[length(label)], svycontrast(b, list(s = x / sum(x^2))))
      if (outcome == "y") {
        terms <- Map(function(name, c) substitute(c * log(p / (1 - p)), list(c = c, p = as.name(name))), label, x / sum(x^2))
        add_contrast(name, outcome, grouping, "logit_slope", label[1], label[length(label)], svycontrast(b, list(s = Reduce(function(a, b) call("+", a, b), terms))))
      }
    }
  }
  # a region against the whole country, which contains it
  for (r in levels(people$region)) {
    inside <- as.numeric(people$region == r)
    variables <- data.frame(whole = people[[outcome]], part = people[[outcome]] * inside, one = 1, here = inside)
    d <- update(with_waves_apart[[name]], whole = variables$whole, part = variables$part, here = variables$here)
    d <- d[!is.na(people[[outcome]]), ]
    t <- svytotal(~part + here + whole + one, d)
    add_contrast(name, outcome, "region_everyone", "difference", r, "all", svycontrast(t, list(d = quote(part / here - whole / one))))
    add_contrast(name, outcome, "region_everyone", "ratio", r, "all", svycontrast(t, list(d = quote((part / here) / (whole / one)))))
  }
}
for (name in names(full)) {
  v <- vcov(svymean(~category, full[[name]], na.rm = TRUE))
  label <- levels(people$category)
  for (i in seq_along(label)) for (j in i:length(label))
    covariances$add(design = name, outcome = "category", grouping = "everyone", first = label[i], second = label[j], covariance = v[i, j])
}
write_table(covariances$all(), "design_covariances.csv")
write_table(contrasts_$all(), "design_contrasts.csv")

# ---- direct standardisation over age groups, among people with an answer ---------------------------------------------------
standard <- population[population$margin == "standard", ]
standard <- standard$value[match(levels(people$age_group), standard$age_group)]
# svyby(covmat = TRUE) stops on these designs, so the means of the groups are ratios of totals, with their covariance
group_means <- function(d, outcome, over) {
  groups <- levels(factor(d$variables[[over]]))
  inside <- outer(as.character(d$variables[[over]]), groups, "==") * 1
  sums <- cbind(inside * d$variables[[outcome]], inside)
  colnames(sums) <- c(paste0("sum_", seq_along(groups)), paste0("size_", seq_along(groups)))
  share <- lapply(seq_along(groups), function(i) as.call(list(as.name("/"), as.name(paste0("sum_", i)), as.name(paste0("size_", i)))))
  svycontrast(svytotal(sums, d), setNames(share, groups))
}
standardised <- table_of_rows()
for (name in names(full)) for (outcome in c("y", "score")) for (over in c("everyone", "wave", "region", "sex")) {
  d <- svystandardize(full[[name]], by = ~age_group, over = on(over), population = standard, excluding.missing = on(outcome))
  b <- group_means(d, outcome, over)
  label <- names(coef(b))
  # the same by svymean, without covariance
  one_by_one <- svyby(on(outcome), on(over), d, svymean)
  stopifnot(max(abs(SE(one_by_one) / sqrt(diag(as.matrix(vcov(b)))) - 1)) < 1e-12, max(abs(coef(one_by_one) / coef(b) - 1)) < 1e-12)
  for (i in seq_along(label)) standardised$add(design = name, outcome = outcome, grouping = over, kind = "estimate", first = label[i], second = "", estimate = coef(b)[[i]], std_error = sqrt(as.matrix(vcov(b))[i, i]))
  for (j in seq_along(label)[-1]) {
    both <- pair(b, 1, j)
    for (kind in names(both)) standardised$add(design = name, outcome = outcome, grouping = over, kind = kind, first = label[1], second = label[j],
      estimate = coef(both[[kind]])[[1]], std_error = sqrt(as.matrix(vcov(both[[kind]]))[1, 1]))
  }
}
write_table(standardised$all(), "design_standardised.csv")

# ---- Rao-Scott tests, and adjustment for their number ----------------------------------------------------------------------
tests <- table_of_rows()
for (name in names(full)) for (table in list(c("y", "sex"), c("y", "age_group"), c("y", "region"), c("y", "wave"), c("category", "sex"), c("category", "region"), c("category", "wave"))) {
  part <- full[[name]][!is.na(people[[table[1]]]), ]
  for (statistic in c("F", "Chisq")) {
    s <- svychisq(as.formula(paste("~", table[1], "+", table[2])), part, statistic = statistic)
    pearson <- svychisq(as.formula(paste("~", table[1], "+", table[2])), part, statistic = "Chisq")$statistic[[1]]
    tests$add(design = name, rows = table[1], columns = table[2], method = statistic, n_valid = nrow(part), pearson = pearson,
      statistic = s$statistic[[1]], df1 = s$parameter[[1]], df2 = if (statistic == "F") s$parameter[[2]] else NA, p_value = s$p.value[[1]])
  }
}
tests <- tests$all()
# within each design and method: as one family of seven
family <- paste(tests$design, tests$method)
tests$holm <- ave(tests$p_value, family, FUN = function(p) p.adjust(p, "holm"))
tests$benjamini_hochberg <- ave(tests$p_value, family, FUN = function(p) p.adjust(p, "BH"))
write_table(tests, "design_tests.csv")

# ---- replicate weights -------------------------------------------------------------------------------------------------------
# Factors per cluster: weight of a replicate = weight x factor of the cluster. `paired` designs hold two clusters per stratum.
set.seed(20221017)
pairs <- droplevels(people[people$paired == 1, ])
sources <- list(
  JKn = list(full$clustered, people, "all", "JKn", list()),
  JK1 = list(svydesign(id = ~all_clusters, weights = ~weight, data = pairs), pairs, "paired", "JK1", list()),
  BRR = list(designs(pairs)$clustered, pairs, "paired", "BRR", list()),
  Fay = list(designs(pairs)$clustered, pairs, "paired", "Fay", list(fay.rho = 0.3)),
  bootstrap = list(full$clustered, people, "all", "bootstrap", list(replicates = 60)),
  subbootstrap = list(full$clustered, people, "all", "subbootstrap", list(replicates = 60)))
factors <- list()
scales <- table_of_rows()
replicated <- table_of_rows()
for (type in names(sources)) {
  s <- sources[[type]]
  r <- do.call(as.svrepdesign, c(list(s[[1]], type = s[[4]]), s[[5]]))
  f <- as.matrix(weights(r, "replication"))
  first <- !duplicated(s[[2]]$all_clusters)
  # the same factor for everyone in the cluster
  stopifnot(max(abs(f - f[first, ][match(s[[2]]$all_clusters, s[[2]]$all_clusters[first]), ])) == 0)
  order_ <- order(s[[2]]$stratum[first], s[[2]]$cluster[first])
  wide <- f[first, ][order_, ]
  colnames(wide) <- paste0(type, "_", seq_len(ncol(wide)))
  factors[[type]] <- data.frame(type = type, stratum = s[[2]]$stratum[first][order_], cluster = s[[2]]$cluster[first][order_], replicate = rep(seq_len(ncol(wide)), each = nrow(wide)), factor = as.vector(wide))
  for (i in seq_len(ncol(f))) scales$add(type = type, replicate = i, scale = r$scale, rscale = rep(r$rscales, length.out = ncol(f))[i])
  for (mse in c(FALSE, TRUE)) {
    r$mse <- mse
    for (grouping in c("everyone", "region_sex")) for (domain in domains(grouping)) {
      inside <- domain$inside[if (s[[3]] == "paired") people$paired == 1 else TRUE]
      row <- function(outcome, statistic, answer, answered) replicated$add(type = type, sample = s[[3]], mse = tolower(as.character(mse)), outcome = outcome,
        statistic = statistic, grouping = grouping, key_cells(domain), n_valid = sum(answered), estimate = coef(answer)[[1]], std_error = SE(answer)[[1]],
        df = degf(r), df_domain = qr(weights(r[answered, ], "analysis"), tol = 1e-5)$rank - 1)
      for (outcome in c("y", "score")) {
        answered <- inside & !is.na(s[[2]][[outcome]])
        row(outcome, "mean", svymean(on(outcome), r[answered, ]), answered)
        row(outcome, "total", svytotal(on(outcome), r[answered, ]), answered)
      }
      answered <- inside & !is.na(s[[2]]$numerator) & !is.na(s[[2]]$denominator)
      row("numerator/denominator", "ratio", svyratio(~numerator, ~denominator, r[answered, ]), answered)
    }
  }
}
# wide: one row per cluster and type, one column per replicate, so that the file stays small
most <- max(vapply(factors, function(f) max(f$replicate), numeric(1)))
wide <- do.call(rbind, lapply(factors, function(f) {
  n <- max(f$replicate)
  m <- matrix(f$factor, ncol = n)
  m <- cbind(m, matrix(NA, nrow(m), most - n))
  colnames(m) <- paste0("factor_", seq_len(most))
  cbind(unique(f[c("type", "stratum", "cluster")]), m)
}))
write_table(wide, "design_replicate_factors.csv")
write_table(scales$all(), "design_replicate_scales.csv")
write_table(replicated$all(), "design_replicates.csv")

# ---- calibrated weights --------------------------------------------------------------------------------------------------------
margin <- function(name, by) { t <- population[population$margin == name, c(by, "value")]; names(t)[names(t) == "value"] <- "Freq"; t }
age_sex <- margin("age_sex", c("age_group", "sex"))
age <- aggregate(Freq ~ age_group, age_sex, sum)
sex <- aggregate(Freq ~ sex, age_sex, sum)
region <- margin("region", "region")
persons <- sum(age$Freq)
household <- population$value[population$margin == "household"]
totals <- c(`(Intercept)` = persons, setNames(age$Freq[-1], paste0("age_group", age$age_group[-1])), setNames(sex$Freq[-1], paste0("sex", sex$sex[-1])),
            setNames(region$Freq[-1], paste0("region", region$region[-1])))
model <- ~age_group + sex + region
calibrated <- function(d) list(
  post_stratify = postStratify(d, ~age_group + sex, age_sex),
  rake = rake(d, list(~age_group, ~sex, ~region), list(age, sex, region), control = list(maxit = 500, epsilon = 1e-9)),
  linear = calibrate(d, model, totals),
  linear_household = calibrate(d, update(model, ~ . + household), c(totals, household = household)),
  linear_bounded = calibrate(d, model, totals, calfun = "linear", bounds = c(0.9, 1.15), maxit = 500, epsilon = 1e-11),
  logit = calibrate(d, model, totals, calfun = "logit", bounds = c(0.5, 2), maxit = 500, epsilon = 1e-11),
  logit_household = calibrate(d, update(model, ~ . + household), c(totals, household = household), calfun = "logit", bounds = c(0.5, 2), maxit = 500, epsilon = 1e-11))
moved <- list(stratified = calibrated(full$stratified), clustered = calibrated(full$clustered))
largest_miss <- function(d) max(abs(c(
  coef(svytotal(~age_group, d)) / age$Freq, coef(svytotal(~sex, d)) / sex$Freq) - 1))
stopifnot(max(vapply(moved$clustered, largest_miss, numeric(1))) < 1e-9)
# the ratio of new to old weight depends on these columns only
cells <- c("age_group", "sex", "region", "household")
ratio <- data.frame(lapply(moved$clustered, function(d) weights(d) / people$weight))
first <- !duplicated(people[cells])
same <- match(do.call(paste, people[cells]), do.call(paste, people[first, cells]))
stopifnot(max(abs(as.matrix(ratio) / as.matrix(ratio[first, ])[same, ] - 1)) < 1e-12)
stopifnot(max(abs(data.frame(lapply(moved$stratified, weights)) / data.frame(lapply(moved$clustered, weights)) - 1)) < 1e-9)
weights_table <- cbind(people[first, cells], ratio[first, ])
weights_table <- weights_table[do.call(order, lapply(weights_table[cells], as.character)), ]
write_table(weights_table, "design_calibration_factors.csv")

calibrated_estimates <- table_of_rows()
for (name in names(moved)) for (method in names(moved[[name]])) for (outcome in c("y", "score")) for (grouping in c("everyone", "region", "wave")) for (domain in domains(grouping)) {
  answered <- domain$inside & !is.na(people[[outcome]])
  part <- moved[[name]][[method]][answered, ]
  # survey keeps the other rows with weight 0 when there is a calibration; their answers may not be missing
  part$variables[[outcome]][is.na(part$variables[[outcome]])] <- 0
  m <- svymean(on(outcome), part)
  t <- svytotal(on(outcome), part)
  calibrated_estimates$add(design = name, method = method, outcome = outcome, grouping = grouping, key_cells(domain), n_valid = sum(answered),
    estimate = coef(m)[[1]], std_error = SE(m)[[1]], total = coef(t)[[1]], total_se = SE(t)[[1]])
}
write_table(calibrated_estimates$all(), "design_calibrated.csv")

# ---- differences, standards, slopes and tests under calibrated and replicate weights ----------------------------------
targets <- table_of_rows()
add_target <- function(kind_of_design, design, outcome, grouping, kind, first, second, s)
  targets$add(weights = kind_of_design, design = design, outcome = outcome, grouping = grouping, kind = kind, first = first, second = second,
              estimate = coef(s)[[1]], std_error = sqrt(as.matrix(vcov(s))[1, 1]))
add_targets <- function(kind_of_design, design, outcome, over, b) {
  label <- names(coef(b))
  for (j in seq_along(label)[-1]) {
    both <- pair(b, 1, j)
    for (kind in names(both)) add_target(kind_of_design, design, outcome, over, kind, label[1], label[j], both[[kind]])
  }
  if (over == "age_group") {
    add_target(kind_of_design, design, outcome, over, "standardised", "", "", svycontrast(b, list(s = standard / sum(standard))))
    x <- seq_along(label) - mean(seq_along(label))
    add_target(kind_of_design, design, outcome, over, "slope", label[1], label[length(label)], svycontrast(b, list(s = x / sum(x^2))))
  }
}
# a calibrated design keeps every row, so the means of the groups are ratios of totals of those with an answer
answered_means <- function(d, outcome, over) {
  groups <- levels(factor(d$variables[[over]]))
  y <- d$variables[[outcome]]
  inside <- outer(as.character(d$variables[[over]]), groups, function(a, g) !is.na(a) & a == g) * !is.na(y)
  y[is.na(y)] <- 0
  sums <- cbind(inside * y, inside)
  colnames(sums) <- c(paste0("sum_", seq_along(groups)), paste0("size_", seq_along(groups)))
  share <- lapply(seq_along(groups), function(i) as.call(list(as.name("/"), as.name(paste0("sum_", i)), as.name(paste0("size_", i)))))
  svycontrast(svytotal(sums, d), setNames(share, groups))
}
for (name in names(moved)) for (method in names(moved[[name]])) {
  for (over in c("region", "age_group", "wave"))
    add_targets("calibrated", paste(name, method), "y", over, answered_means(moved[[name]][[method]], "y", over))
}
for (type in names(sources)) {
  s <- sources[[type]]
  set.seed(20221017)
  r <- do.call(as.svrepdesign, c(list(s[[1]], type = s[[4]]), s[[5]]))
  # the replicates of the file, which the bootstraps drew in another order
  stopifnot(length(r$rscales) %in% c(1, ncol(weights(r, "replication"))))
  f <- factors[[type]]
  wide_factor <- matrix(f$factor, ncol = max(f$replicate))
  key <- paste(f$stratum, f$cluster)[f$replicate == 1]
  r <- svrepdesign(data = s[[2]], weights = ~weight, repweights = wide_factor[match(paste(s[[2]]$stratum, s[[2]]$cluster), key), ],
                   combined.weights = FALSE, type = "other", scale = r$scale, rscales = rep(r$rscales, length.out = ncol(wide_factor)), mse = FALSE)
  part <- r[!is.na(s[[2]]$y), ]
  for (over in c("region", "age_group", "wave")) add_targets("replicate", type, "y", over, svyby(~y, on(over), part, svymean, covmat = TRUE))
}
write_table(targets$all(), "design_targets.csv")
writeLines(c(R.version.string, paste("survey", packageVersion("survey")), paste("Matrix", packageVersion("Matrix")), paste("made on", Sys.Date())), file.path(out, "design_versions.txt"))
