# Regressions of the made-up respondents of make_design_input.py under six designs, by R survey.
# usage: Rscript make_model_references.R INDIR OUTDIR
#   reads INDIR/design_input.csv and design_population.csv, writes OUTDIR/model_{coefficients,covariance,terms,margins}.csv
# The average over a whole sample with one variable set to a value, and its error, are worked out from the influences of
# the rows on the coefficients plus those on the average itself.
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(TRUE)
folder <- arguments[1]
out <- arguments[2]
stopifnot(!is.na(out))
options(survey.lonely.psu = "adjust", survey.adjust.domain.lonely = FALSE)
people <- read.csv(file.path(folder, "design_input.csv"), na.strings = "")
population <- read.csv(file.path(folder, "design_population.csv"), na.strings = "")
for (name in c("age_group", "sex", "region")) people[[name]] <- factor(people[[name]])

clustered <- svydesign(id = ~cluster, strata = ~stratum, weights = ~weight, data = people, nest = TRUE)
crossed <- subset(population, margin == "age_sex")
crossed$Freq <- crossed$value
complete <- subset(people, wave == 2022 & !is.na(age_group) & !is.na(sex))
designs <- list(
  stratified = svydesign(id = ~1, strata = ~stratum, weights = ~weight, data = people),
  clustered = clustered,
  clustered_fpc = svydesign(id = ~cluster, strata = ~stratum, weights = ~weight, fpc = ~fpc, data = people, nest = TRUE),
  clustered_lonely = svydesign(id = ~cluster, strata = ~stratum_lonely, weights = ~weight, data = people, nest = TRUE),
  post_stratified = postStratify(svydesign(id = ~cluster, strata = ~stratum, weights = ~weight, data = complete, nest = TRUE),
    ~age_group + sex, crossed[c("age_group", "sex", "Freq")]),
  jackknife = as.svrepdesign(clustered, type = "JKn"))
models <- list(
  list("logit", y ~ sex + age_group, quasibinomial()),
  list("logit", y ~ sex * age_group + household, quasibinomial()),
  list("linear", score ~ sex + age_group + region, gaussian()),
  list("poisson", score ~ sex + household, quasipoisson()))

tables <- list(coefficients = NULL, covariance = NULL, terms = NULL, margins = NULL)
add <- function(name, ...) tables[[name]] <<- rbind(tables[[name]], data.frame(..., stringsAsFactors = FALSE))
for (d in names(designs)) for (m in models) {
  words <- paste(deparse(m[[2]], width.cutoff = 200), collapse = "")
  # 1e-14: R stops at 1e-8 of the deviance by default, which is 1e-7 of some coefficients
  fit <- svyglm(m[[2]], designs[[d]], family = m[[3]], control = glm.control(epsilon = 1e-14, maxit = 100))
  b <- coef(fit)
  V <- vcov(fit)
  s <- summary(fit)$coefficients
  add("coefficients", design = d, family = m[[1]], formula = words, term = names(b), estimate = b, std_error = sqrt(diag(V)),
    df = fit$df.residual, p_value = s[, 4])
  add("covariance", design = d, family = m[[1]], formula = words, row = rep(seq_along(b), length(b)),
    column = rep(seq_along(b), each = length(b)), value = as.vector(V))
  for (term in attr(terms(m[[2]]), "term.labels")) {
    test <- regTermTest(fit, as.formula(paste("~", term)), method = "Wald", df = fit$df.residual)
    add("terms", design = d, family = m[[1]], formula = words, term = term, statistic = as.numeric(test$Ftest), df = test$df, p_value = as.numeric(test$p))
  }
  if (d %in% c("stratified", "clustered", "clustered_fpc", "clustered_lonely", "jackknife")) {
    data <- model.frame(fit)
    for (level in levels(people$sex)) {
      average <- function(w, data, ...) {
        again <- suppressWarnings(glm(m[[2]], data = cbind(data, .w = w), weights = .w, family = m[[3]],
          control = glm.control(epsilon = 1e-14, maxit = 100)))
        everybody <- again$model
        everybody$sex <- factor(level, levels = levels(people$sex))
        sum(again$prior.weights * predict(again, everybody, type = "response")) / sum(again$prior.weights)
      }
      if (d == "jackknife") {
        found <- withReplicates(designs[[d]], average)
        add("margins", design = d, family = m[[1]], formula = words, value = level, estimate = as.numeric(found), std_error = as.numeric(SE(found)))
      } else {
        w <- weights(fit$survey.design, "sampling")
        everybody <- data
        everybody$sex <- factor(level, levels = levels(people$sex))
        x <- model.matrix(delete.response(terms(m[[2]])), everybody)
        mu <- m[[3]]$linkinv(as.vector(x %*% b))
        slope <- m[[3]]$mu.eta(as.vector(x %*% b))
        mean <- sum(w * mu) / sum(w)
        # what each row adds to the coefficients, its weight included
        own <- (model.matrix(fit) * residuals(fit, "working") * fit$weights) %*% fit$naive.cov
        total <- (mu - mean) / sum(w) + as.vector(own %*% (colSums(w * slope * x) / sum(w))) / w
        variance <- vcov(svytotal(total, fit$survey.design))
        add("margins", design = d, family = m[[1]], formula = words, value = level, estimate = mean, std_error = sqrt(as.numeric(variance)))
      }
    }
  }
}
for (name in names(tables)) {
  table <- tables[[name]]
  numbers <- vapply(table, is.double, logical(1))
  table[numbers] <- lapply(table[numbers], function(x) sprintf("%.17g", x))
  write.csv(table, file.path(out, paste0("model_", name, ".csv")), row.names = FALSE, quote = FALSE, na = "")
  cat(name, nrow(table), "rows\n")
}
